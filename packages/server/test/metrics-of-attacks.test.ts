/** What `/metrics` shows of guessing, of sessions that end, and of hashes that are replaced. */

import bcrypt from 'bcrypt'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { numberOf, numbersOf } from './metrics-reader.js'
import { entry, user } from './store/rows.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { refresh, send, sendJson } from './token-requests.js'

const refused = 'latchkey_attempts_refused_total'
const ended = 'latchkey_sessions_ended_total'

for (const database of databases) {
  describe(`the metrics on ${database.name}`, () => {
    const served = async (settings = {}) => {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser()
      return server
    }

    it('H01 count who is sent away by the limit of a name, and H06 by that of a device', async () => {
      const server = await served({ failuresPerName: '3/1h' })
      const first = await send(server, '/token', alice)
      const device = { 'latchkey-device': String(first.headers['latchkey-device']) }
      await wrongPasswords(server, 5)
      expect(await numbersOf(server, refused)).toEqual({ name: 2 })
      await wrongPasswords(server, 4, { headers: device })
      expect(await numbersOf(server, refused)).toEqual({ name: 2, device: 1 })
    })

    it('H04 count who is sent away by the limit of a network, and of mails', async () => {
      const server = await served({ failuresPerNetwork: '3/1h', mailsPerNetwork: '3/1h' })
      await wrongPasswords(server, 5, { spread: true })
      expect(await numbersOf(server, refused)).toEqual({ network: 2 })
      for (let at = 0; at < 4; at++) {
        const url = '/password-resets'
        const payload = { email: `nobody-${at}@example.com` }
        await server.app.inject({ method: 'POST', url, payload, remoteAddress })
      }
      expect(await numbersOf(server, refused)).toEqual({ network: 2, mails: 1 })
    })

    it('H04 show one password that is tried on many names, from many networks', async () => {
      const server = await served({ failuresOverall: '10/1h' })
      for (let at = 0; at < 15; at++) {
        await wrongPassword(server, `name-${at}`, `198.51.${at}.1`)
      }
      expect(await numbersOf(server, refused)).toEqual({ overall: 5 })
      const slowed = { event: 'attempts_slowed' }
      expect(await numberOf(server, 'latchkey_events_total', slowed)).toBe(1)
    })

    it('E06 E12 E13 count sessions that end by the reason, each once', async () => {
      const server = await served()
      const open = async () => (await send(server, '/token', alice)).json()
      const [left, stolen] = [await open(), await open()]
      await server.postForm('/revoke', { token: left.refresh_token })
      await server.postForm('/revoke', { token: left.refresh_token })
      const second = (await refresh(server, stolen.refresh_token)).json()
      await refresh(server, second.refresh_token)
      await refresh(server, stolen.refresh_token)
      expect(await numbersOf(server, ended)).toEqual({ signed_out: 1, refresh_reused: 1 })
      const [kept] = [await open(), await open(), await open()]
      const change = { current_password: alice.password, new_password: 'another of her sentences' }
      await sendJson(server, 'POST', '/users/me/password', kept.access_token, change)
      await server.latchkey.users.setDisabled('alice', true, { actor: 'test' })
      expect(await numbersOf(server, ended)).toEqual({
        signed_out: 1,
        refresh_reused: 1,
        password_changed: 2,
        user_disabled: 1,
      })
    })

    it('E08 count sessions that have grown too old when they are cleared away', async () => {
      const server = await served({ refreshIdleTtl: '1d' })
      await server.latchkey.cleanUp.stop()
      const [first] = [await send(server, '/token', alice), await send(server, '/token', alice)]
      await server.postForm('/revoke', { token: first.json().refresh_token })
      server.pass(5 * day)
      await server.latchkey.cleanUp.run()
      server.pass(day)
      await server.latchkey.cleanUp.run()
      expect(await numbersOf(server, ended)).toEqual({ signed_out: 1, expired: 1 })
    })

    it('G08 count hashes of an older kind that a sign-in has replaced', async () => {
      const server = await served()
      const row = user({ username: 'imported', username_key: 'imported' })
      const password = 'a password of long ago'
      await server.latchkey.store.users.create(row, await bcrypt.hash(password, 4), entry())
      await server.signIn({ username: 'imported', password })
      await server.signIn({ username: 'imported', password })
      await server.signIn()
      const replaced = await numbersOf(server, 'latchkey_password_hashes_replaced_total')
      expect(replaced).toEqual({ bcrypt: 1 })
    })
  })
}

const day = 24 * 60 * 60_000
/** Loopback has no network. */
const remoteAddress = '192.0.2.7'

async function wrongPasswords(
  server: TestServer,
  times: number,
  { headers = {}, spread = false } = {},
): Promise<void> {
  for (let at = 0; at < times; at++) {
    await wrongPassword(server, spread ? `nobody-${at}` : alice.username, remoteAddress, headers)
  }
}

async function wrongPassword(
  server: TestServer,
  username: string,
  from: string,
  headers: Record<string, string> = {},
): Promise<void> {
  await server.app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress: from,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams({ username, password: 'wrong' }).toString(),
  })
}
