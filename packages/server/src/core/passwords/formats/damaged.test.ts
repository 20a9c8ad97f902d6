import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importedHashes, importedPassword } from '../../../../test/imported-hashes.js'
import { formats, readHash } from '../formats.js'

const password = Buffer.from(importedPassword)

describe('G10 of every format', () => {
  it('there is a hash here', () => {
    expect(Object.keys(importedHashes)).toEqual(formats.map(({ name }) => name))
  })

  describe.each(Object.entries(importedHashes))('%s', (name, stored) => {
    const verify = (hash: string) => readHash(hash)?.format.verify(hash, password)

    it('it is that format alone, and verifies', async () => {
      expect(formats.filter(({ looks }) => looks.test(stored)).map((one) => one.name)).toEqual([
        name,
      ])
      expect(await verify(stored)).toBe(true)
      expect(await readHash(stored)?.format.verify(stored, Buffer.from('other'))).toBe(false)
    })

    it('no part of it verifies, and none throws', async () => {
      for (let length = 0; length < stored.length; length += 1) {
        const part = stored.slice(0, length)
        if (meaningOf(part) === meaningOf(stored) || isWhole(part)) continue
        expect([part, (await verify(part)) ?? false]).toEqual([part, false])
      }
    })

    it('no damaged one verifies, and none throws', async () => {
      const damage = fc.record({
        at: fc.nat(stored.length - 1),
        put: fc.string({
          unit: fc.constantFrom(...'$=,.:{}129AZaz+/-_ \0\né'),
          minLength: 1,
          maxLength: 2,
        }),
      })
      const property = fc.asyncProperty(damage, async ({ at, put }) => {
        const damaged = stored.slice(0, at) + put + stored.slice(at + 1)
        fc.pre(meaningOf(damaged) !== meaningOf(stored))
        expect((await verify(damaged)) ?? false).toBe(false)
      })
      await fc.assert(property, { numRuns: 150 })
    })
  })
})

/** ASP.NET's blob ends where it ends: its own tests have one whose PBKDF2 was asked for half as much. */
function isWhole(part: string): boolean {
  return part.startsWith('AQAAAA') && Buffer.from(part, 'base64').length === 13 + 16 + 16
}

/** Equal for what is spelled differently and means the same, and for some more: alphabets of base64, bcrypt's names. */
function meaningOf(stored: string): string {
  return stored
    .replace(/[-.]/g, '+')
    .replaceAll('_', '/')
    .replaceAll('=', '')
    .replace(/^\{.*\}/, (scheme) => scheme.toUpperCase())
    .replace(
      /\$2[aby]([,$]\d\d?\$.{21})(.)/,
      (_, start: string, end: string) => `$2${start}${saltBits(end)}`,
    )
}

/** The last character of bcrypt's salt has two bits of it, and four that mean nothing. */
function saltBits(character: string): number {
  return Math.floor(bcryptAlphabet.indexOf(character === '+' ? '.' : character) / 16)
}

const bcryptAlphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
