import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isOurs, isSolved, makeAltcha, readAltcha } from './altcha.js'

const key = createSecretKey(Buffer.from('0123456789abcdef0123456789abcdef'))
const newYear = Date.parse('2030-01-01T00:00:00Z')

/** Of a challenge that this file's key has signed for `alice`, solved by altcha-lib 2.8.0. */
const theirs = {
  challenge: {
    parameters: {
      algorithm: 'PBKDF2/SHA-256',
      cost: 196,
      expiresAt: 1_893_456_000,
      keyLength: 32,
      keyPrefix: '00',
      nonce: '98946b12482d90fa685672cb53ebf077',
      salt: 'b1628776755a70e55dd08a68d6119ec5',
    },
    signature: '871048ab6fd8adf4401ff4a974e89652282eea658dcafa9dea52f03977e12ee5',
  },
  solution: {
    counter: 197,
    derivedKey: '0088509bb5c652f5edcec2578adaa451aae830e54dad865f4177066dd00b8600',
    time: 60.8,
  },
}

function read(payload: object) {
  const solution = readAltcha(Buffer.from(JSON.stringify(payload)).toString('base64'))
  if (solution === undefined) throw new Error('It can not be read')
  return solution
}

describe('ALTCHA', () => {
  it('has what its own library finds for a solution', async () => {
    const solution = read(theirs)
    expect(isOurs(key, solution.challenge, newYear - 1, 'alice')).toBe(true)
    expect(await isSolved(solution)).toBe(true)
    expect(await isSolved({ ...solution, counter: 196 })).toBe(false)
  })

  it('takes it in whichever order its members stand', () => {
    const parameters = Object.fromEntries(Object.entries(theirs.challenge.parameters).reverse())
    const { challenge } = read({ ...theirs, challenge: { ...theirs.challenge, parameters } })
    expect(isOurs(key, challenge, newYear - 1, 'alice')).toBe(true)
  })

  it('is good for what it was made for, until its time, under its key', () => {
    const { challenge } = theirs
    expect(isOurs(key, challenge, newYear, 'alice')).toBe(false)
    for (const other of ['bob', '', 'alice\n', '\nalice']) {
      expect(isOurs(key, challenge, newYear - 1, other)).toBe(false)
    }
    const another = createSecretKey(Buffer.alloc(32))
    expect(isOurs(another, challenge, newYear - 1, 'alice')).toBe(false)
  })

  it.each([
    [50_000, 196],
    [500_000, 1954],
    [2_500_000, 9766],
  ])('makes %i iterations of 256 tries', (work, cost) => {
    expect(makeAltcha(key, work, newYear, '').parameters).toMatchObject({ cost, keyPrefix: '00' })
  })

  it('never makes the same twice', () => {
    const made = Array.from({ length: 100 }, () => makeAltcha(key, 50_000, newYear, 'alice'))
    const nonces = made.map(({ parameters }) => parameters.nonce)
    const salts = made.map(({ parameters }) => parameters.salt)
    expect(new Set([...nonces, ...salts]).size).toBe(200)
  })
})
