/** Checklist H06: whoever guesses at a name keeps its owner out on no device that is known. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { send, sendJson, signedIn } from './token-requests.js'

const wrong = { ...alice, password: 'not the password' }
const days = 24 * 60 * 60_000
const fresh = 'a wholly other sentence'

for (const database of databases) {
  describe(`known devices on ${database.name}`, () => {
    async function served(settings = {}) {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser()
      return server
    }

    it('H06 let their owner in while somebody guesses at the name, from the same network too', async () => {
      const server = await served({ failuresPerNetwork: '5/1h', failuresOverall: '20/10m' })
      const device = await deviceOf(server)
      for (let times = 0; times < 30; times++) await from(server, wrong)
      for (let times = 0; times < 30; times++) {
        await from(server, { ...wrong, username: `nobody${times}` }, {}, `203.0.113.${times}`)
      }
      expect((await from(server, alice)).statusCode).toBe(429)
      const answer = await from(server, alice, { 'latchkey-device': device })
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['latchkey-device']).toMatch(/^lkd_/)
    })

    it('H06 spend failures of their own, and no others', async () => {
      const server = await served()
      const device = { 'latchkey-device': await deviceOf(server) }
      for (let times = 0; times < 10; times++) {
        expect((await send(server, '/token', wrong, device)).statusCode).toBe(401)
      }
      const refused = await send(server, '/token', alice, device)
      expect(refused.statusCode).toBe(429)
      expect((await send(server, '/token', alice)).statusCode).toBe(200)
      server.pass(1500)
      expect((await send(server, '/token', alice, device)).statusCode).toBe(200)
    })

    it('keep their id with each sign-in, so that a token of before has no failures of its own', async () => {
      const server = await served()
      const first = await deviceOf(server)
      server.pass(1000)
      const second = await deviceOf(server, { 'latchkey-device': first })
      expect(second).not.toBe(first)
      for (let times = 0; times < 5; times++) {
        await send(server, '/token', wrong, { 'latchkey-device': first })
        await send(server, '/token', wrong, { 'latchkey-device': second })
      }
      const device = { 'latchkey-device': first }
      expect((await send(server, '/token', alice, device)).statusCode).toBe(429)
    })

    it('mean nothing for another user, nor when they are forged, too old, or from before the password', async () => {
      const server = await served()
      await server.addUser({ username: 'bob' })
      const bobs = await deviceOf(server, {}, { ...alice, username: 'bob' })
      const old = await deviceOf(server)
      const forged = `${old.slice(0, -2)}${old.endsWith('AA') ? 'BA' : 'AA'}`
      const flood = async () => {
        for (let times = 0; times < 11; times++) await send(server, '/token', wrong)
      }
      await flood()
      for (const device of [bobs, forged, `${old}=`, 'lkd_', '', 'x'.repeat(4000)]) {
        const answer = await send(server, '/token', alice, { 'latchkey-device': device })
        expect([device, answer.statusCode]).toEqual([device, 429])
      }
      expect((await send(server, '/token', alice, { 'latchkey-device': old })).statusCode).toBe(200)
      server.pass(500)
      await server.latchkey.users.setPassword('alice', fresh, { actor: 'test' })
      const changed = { ...alice, password: fresh }
      expect((await send(server, '/token', changed, { 'latchkey-device': old })).statusCode).toBe(
        429,
      )
      server.pass(days)
      const newer = await deviceOf(server, {}, changed)
      server.pass(401 * days)
      await flood()
      expect((await send(server, '/token', changed, { 'latchkey-device': newer })).statusCode).toBe(
        429,
      )
    })

    it('answer as others do to who does not know the password', async () => {
      const server = await served()
      const device = { 'latchkey-device': await deviceOf(server) }
      const visible = async (fields: typeof alice, headers: Record<string, string>) => {
        const before = server.latchkey.passwords.hashed
        const { statusCode, body, headers: all } = await send(server, '/token', fields, headers)
        const { date: _, ...rest } = all
        return { statusCode, body, rest, hashes: server.latchkey.passwords.hashed - before }
      }
      const plain = await visible(wrong, {})
      expect(plain.rest).not.toHaveProperty('latchkey-device')
      expect(await visible(wrong, device)).toEqual(plain)
      expect(await visible({ ...wrong, username: 'nobody' }, device)).toEqual(plain)
    })

    it('outlive a sign-out', async () => {
      const server = await served()
      const device = { 'latchkey-device': await deviceOf(server) }
      const { access_token: token } = await signedIn(server, {}, device)
      const all = { current_password: alice.password }
      expect(
        (await sendJson(server, 'DELETE', '/users/me/sessions', token, all)).statusCode,
      ).toBeLessThan(300)
      for (let times = 0; times < 11; times++) await send(server, '/token', wrong)
      expect((await send(server, '/token', alice, device)).statusCode).toBe(200)
    })
  })
}

describe('known devices in browsers', () => {
  it('are told by a header in the form with the session cookie, too', async () => {
    const server = await testServer()
    await server.addUser()
    const answer = await send(server, '/token', alice, { 'latchkey-session': 'cookie' })
    expect(answer.headers['latchkey-device']).toMatch(/^lkd_/)
    expect(answer.headers['set-cookie']).not.toContain('lkd_')
  })

  it('reach pages of other origins that may call', async () => {
    const origin = 'https://app.example.com'
    const server = await testServer({ corsOrigins: origin })
    await server.addUser()
    const answer = await send(server, '/token', alice, { origin })
    expect(answer.headers['access-control-expose-headers']).toContain('Latchkey-Device')
    expect(answer.headers).toHaveProperty('latchkey-device')
  })
})

async function deviceOf(server: TestServer, headers = {}, fields = alice): Promise<string> {
  const answer = await send(server, '/token', fields, headers)
  expect(answer.statusCode).toBe(200)
  return String(answer.headers['latchkey-device'])
}

function from(
  server: TestServer,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
  remoteAddress = '203.0.113.7',
) {
  return server.app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}
