/** Work that a server under attack asks for in place of a wait, done by the client itself. */

import { afterEach, describe, expect, it, vi } from 'vitest'
import { attack, challenging } from '../../server/test/attack.js'
import { solved } from '../../server/test/solver.js'
import { alice, issuer, testServer } from '../../server/test/test-server.js'
import { solve } from '../src/challenge.js'
import { createClient } from '../src/index.js'
import { InjectedFetch } from './injected-fetch.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A server at which others have left no room. */
async function attacked() {
  const server = await testServer(challenging)
  await server.addUser()
  await attack(server)
  const network = new InjectedFetch(server)
  return { network, auth: createClient({ url: issuer, fetch: network.fetch }) }
}

describe('a sign-in under attack', () => {
  it('goes on by itself', async () => {
    const { network, auth } = await attacked()
    await auth.login(alice)
    expect(auth.user?.username).toBe('alice')
    expect(network.tokenRequests).toBe(2)
  })

  it('says of a wrong password what it would without', async () => {
    const { auth } = await attacked()
    const login = auth.login({ ...alice, password: 'not the password' })
    await expect(login).rejects.toMatchObject({ code: 'wrong_credentials' })
  })

  it('does the work once, and waits then', async () => {
    const { network, auth } = await attacked()
    const refused = await network.fetch(`${issuer}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(alice),
    })
    network.faults.push(refused.clone(), refused)
    await expect(auth.login(alice)).rejects.toMatchObject({
      code: 'too_many_attempts',
      retryAfter: expect.any(Number),
    })
    expect(network.tokenRequests).toBe(3)
  })

  it('waits where the platform has no WebCrypto', async () => {
    const { network, auth } = await attacked()
    vi.stubGlobal('crypto', undefined)
    await expect(auth.login(alice)).rejects.toMatchObject({ code: 'too_many_attempts' })
    expect(network.tokenRequests).toBe(1)
  })

  it('stops when it is told to', async () => {
    const { network, auth } = await attacked()
    const stop = new AbortController()
    const derive = crypto.subtle.deriveBits.bind(crypto.subtle)
    const subtle = {
      importKey: crypto.subtle.importKey.bind(crypto.subtle),
      deriveBits: (...given: Parameters<typeof derive>) => {
        stop.abort(new Error('The user has left'))
        return derive(...given)
      },
    }
    vi.stubGlobal('crypto', { subtle })
    const never = { parameters: { ...asked.parameters, keyPrefix: 'ffffff' }, signature: '' }
    network.faults.push(Response.json({ challenge: never }, { status: 429 }))
    await expect(auth.login(alice, { signal: stop.signal })).rejects.toThrow('The user has left')
    expect(network.tokenRequests).toBe(1)
  })
})

const asked = {
  parameters: {
    algorithm: 'PBKDF2/SHA-256',
    cost: 20,
    expiresAt: 1_795_948_681,
    keyLength: 32,
    keyPrefix: '00',
    nonce: '05ceea3bb014186dae5a3f243f462c05',
    salt: 'd32cb23f7598b746a073d0dd516b6f58',
  },
  signature: 'aa21547d9e0a16f2c04d5b3c29b9ea101dc94a80c12aa99c6f623fccdc2378a0',
}

describe('a solution', () => {
  it('is that of another implementation, the first there is', async () => {
    const [ours, others] = [await solve(asked, undefined), solved(asked)].map(read)
    expect(ours.challenge).toEqual(asked)
    expect(ours.solution.derivedKey).toMatch(/^00/)
    expect(ours.solution).toEqual({
      counter: others.solution.counter,
      derivedKey: others.solution.derivedKey,
    })
  })

  it.each([
    ['no challenge', 'text'],
    ['none at all', null],
    ['another algorithm', { algorithm: 'ARGON2ID' }],
    ['more work than anybody should do', { cost: 100_000_000 }],
    ['no number', { cost: Number.NaN }],
    ['a prefix that nobody finds', { keyPrefix: '00000000' }],
    ['a prefix that is no hex', { keyPrefix: 'zz' }],
    ['a key without end', { keyLength: 1e9 }],
    ['a nonce of no text', { nonce: 5 }],
  ])('is not looked for to %s', async (_, parameters) => {
    const challenge =
      typeof parameters === 'object' && parameters !== null
        ? { ...asked, parameters: { ...asked.parameters, ...parameters } }
        : parameters
    expect(await solve(challenge, undefined)).toBeUndefined()
  })

  it('is given up where it takes too long', async () => {
    const hard = { ...asked.parameters, cost: 5_000_000, keyPrefix: 'ffffff' }
    let tries = 0
    vi.stubGlobal('crypto', {
      subtle: {
        importKey: async () => ({}),
        deriveBits: async () => {
          tries++
          return new ArrayBuffer(32)
        },
      },
    })
    expect(await solve({ ...asked, parameters: hard }, undefined)).toBeUndefined()
    expect(tries).toBe(8)
  })
})

function read(payload: string | undefined) {
  return JSON.parse(atob(payload ?? ''))
}
