/** From HS256 to keys: `LATCHKEY_HS256_SECRET_PREVIOUS`. */

import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readSettings } from '../src/settings/read.js'
import type { SettingOptions } from '../src/settings/settings.js'
import { databases } from './databases.js'
import { minute, origin, second, states } from './rotating-server.js'
import { opened, signed } from './signer.js'
import { getList, placeOf } from './status-list-reader.js'
import { issuer, type TestServer, testServer } from './test-server.js'
import { refresh, send, signedIn } from './token-requests.js'

const secret = 'a phrase that nobody publishes: 7f1c6a0e'
const hs256 = { signingAlgorithm: 'HS256', hs256Secret: secret } as const
const keys = { signingAlgorithm: 'EdDSA', hs256SecretPrevious: secret } as const
const form = (token: string) => {
  const { header, claims } = opened(token)
  return [header.alg, header.typ, claims.aud]
}

for (const database of databases) {
  describe(`keys that take over from a secret on ${database.name}`, () => {
    /** The same server with other settings, one after the other, or beside each other. */
    async function place(common: SettingOptions = {}) {
      const secretKey = randomBytes(32).toString('hex')
      const same = { databaseUrl: await database.url(), secretKey, ...common }
      return (more: SettingOptions) => testServer({ ...same, ...more })
    }

    it('B01 A01 take every token of either, and each sign-in goes on', async () => {
      const start = await place({ subject: 'username' })
      const one = await start(hs256)
      await one.addUser()
      const session = await signedIn(one)
      const tokens = [session.access_token]

      const two = await start(keys)
      const [waiting] = await published(two)
      expect(waiting).toMatchObject({ alg: 'EdDSA' })
      tokens.push(await two.signIn())
      two.pass(9 * minute)
      tokens.push(await two.signIn())
      two.pass(2 * minute)
      tokens.push(await two.signIn())
      const renewed = await refresh(two, session.refresh_token)
      tokens.push(renewed.json().access_token)
      expect(tokens.map(form)).toEqual([
        ['HS256', 'JWT', undefined],
        ['HS256', 'JWT', undefined],
        ['HS256', 'JWT', undefined],
        ['EdDSA', 'at+jwt', issuer],
        ['EdDSA', 'at+jwt', issuer],
      ])
      expect(opened(tokens.at(-1) ?? '').header.kid).toBe(waiting?.kid)
      for (const token of tokens) await isTaken(two, token)

      const three = await start({ signingAlgorithm: 'EdDSA' })
      three.pass(11 * minute)
      const taken = await Promise.all(tokens.map((token) => statusOf(three, token)))
      expect(taken).toEqual([401, 401, 401, 200, 200])
    })

    it('B01 take no token of another secret, of a key as a secret, or of other terms', async () => {
      const start = await place({ subject: 'username' })
      const server = await start(keys)
      await server.addUser()
      const early = await server.signIn()
      server.pass(11 * minute)
      const { header, claims } = opened(await server.signIn())
      const before = opened(early)
      const by = (text: string) => createSecretKey(Buffer.from(text))
      const [jwk] = await published(server)
      const forged = [
        signed(before.header, before.claims, 'HS256', by(`${secret}!`)),
        signed({ ...header, alg: 'HS256' }, claims, 'HS256', by(String(jwk?.x))),
        signed({ ...header, alg: 'HS256' }, claims, 'HS256', by(JSON.stringify(jwk))),
        signed(header, claims, 'HS256', by(secret)),
        signed({ ...header, alg: 'HS256' }, claims, 'HS256', by(secret)),
        signed(before.header, { ...before.claims, iss: undefined }, 'HS256', by(secret)),
        signed(before.header, { sub: 'alice', exp: before.claims.exp }, 'HS256', by(secret)),
        signed(before.header, { ...before.claims, aud: issuer }, 'HS256', by(secret)),
      ]
      for (const token of forged) expect(await statusOf(server, token), token).toBe(401)
      await isTaken(server, signed(before.header, before.claims, 'HS256', by(secret)))
    })

    it('keep to what ends a session, whoever has signed its tokens', async () => {
      const start = await place()
      const one = await start(hs256)
      await one.addUser()
      const [first, second] = [await signedIn(one), await signedIn(one)]
      const two = await start(keys)
      for (const { access_token: token } of [first, second]) await isTaken(two, token)
      await send(two, '/revoke', { token: first.access_token })
      expect(await statusOf(two, first.access_token)).toBe(401)
      two.pass(11 * minute)
      expect(form(await two.signIn())).toEqual(['EdDSA', 'at+jwt', issuer])
      await send(two, '/revoke', { token: second.access_token })
      expect(await statusOf(two, second.access_token)).toBe(401)
      expect((await refresh(two, second.refresh_token)).statusCode).toBe(400)
    })

    it('C06 of two processes let that of before go on until the key signs', async () => {
      const start = await place()
      const one = await start(hs256)
      await one.addUser()
      const two = await start(keys)
      expect(await published(one)).toEqual([])
      for (const maker of [one, two]) {
        const token = await maker.signIn()
        for (const server of [one, two]) await isTaken(server, token)
      }
      const again = await start(keys)
      expect(await published(again)).toEqual(await published(two))
      for (const server of [two, again]) server.pass(11 * minute)
      const token = await again.signIn()
      expect(opened(token).header.alg).toBe('EdDSA')
      await isTaken(two, token)
    })

    it('sign the status lists as they sign tokens', async () => {
      const start = await place()
      const server = await start(keys)
      await server.addUser()
      const token = await server.signIn()
      const { uri } = placeOf(token)
      const before = await getList(server, uri)
      expect(opened(before.body).header.alg).toBe('HS256')
      server.pass(11 * minute)
      const after = await getList(server, uri)
      expect(opened(after.body).header.alg).toBe('EdDSA')
    })

    it('come sooner with --now, and one that is stolen before is followed by the next', async () => {
      const start = await place()
      const server = await start(keys)
      const { keyRotation } = server.latchkey
      expect(states(server)).toEqual(['pending'])
      const { outcome, key } = await keyRotation.rotate(false, origin)
      expect(outcome).toBe('waiting')
      const next = await keyRotation.retire(key.row.kid, origin)
      expect(next).toMatchObject({ state: 'pending' })
      expect(states(server).toSorted()).toEqual(['pending', 'retired'])
      await keyRotation.look()
      expect(server.latchkey.keys.signing.algorithm).toBe('HS256')
      expect(await keyRotation.rotate(true, origin)).toMatchObject({ outcome: 'promoted' })
      server.pass(5 * second)
      expect(server.latchkey.keys.signing.kid).toBe(next.row.kid)
      await keyRotation.look()
      expect(states(server).toSorted()).toEqual(['retired', 'signing'])
    })

    it('M08 where a clock goes back, the secret signs again until it is time', async () => {
      const start = await place()
      const server = await start(keys)
      await server.addUser()
      server.pass(11 * minute)
      const late = await server.signIn()
      server.pass(-11 * minute)
      await server.latchkey.keyRotation.look()
      expect(opened(await server.signIn()).header.alg).toBe('HS256')
      expect(states(server)).toEqual(['pending'])
      server.pass(11 * minute)
      await isTaken(server, late)
    })
  })
}

describe('LATCHKEY_HS256_SECRET_PREVIOUS', () => {
  const read = (more: SettingOptions) => () => readSettings('embedded', {}, more)

  it('is refused with HS256, and where everybody knows it', () => {
    expect(read({ ...hs256, hs256SecretPrevious: secret })).toThrow(/should be EdDSA/)
    const tutorials = '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7'
    expect(read({ hs256SecretPrevious: tutorials })).toThrow(/published/)
    expect(read({ hs256SecretPrevious: 'short' })).toThrow(/32 bytes/)
    expect(read(keys)).not.toThrow()
  })

  it('B01 is all that lets tokens of a secret pass: LATCHKEY_HS256_SECRET means nothing without HS256', async () => {
    const server = await testServer({ hs256Secret: secret })
    await server.addUser()
    const { header, claims } = opened(await server.signIn())
    const input = (alg: string) =>
      [{ ...header, alg }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
    const mac = createHmac('sha256', secret).update(input('HS256')).digest('base64url')
    expect(await statusOf(server, `${input('HS256')}.${mac}`)).toBe(401)
  })
})

async function published({ app }: TestServer): Promise<Record<string, unknown>[]> {
  return (await app.inject('/.well-known/jwks.json')).json().keys
}

/** By a route that reads the record, and one that reads nothing. */
async function isTaken(server: TestServer, token: string): Promise<void> {
  expect(await statusOf(server, token)).toBe(200)
  expect((await server.get('/items/', token)).statusCode).toBe(200)
}

async function statusOf(server: TestServer, token: string): Promise<number> {
  return (await server.get('/users/me', token)).statusCode
}
