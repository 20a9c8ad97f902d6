/** Contract, section 6: `POST /users/me/password`. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { type TestServer, testServer } from './test-server.js'
import {
  addClient,
  alive,
  basic,
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refresh,
  refreshed,
  send,
  sendJson,
  signedIn,
} from './token-requests.js'

const url = '/users/me/password'
const fiveMinutes = 300_000
const old = 'correct horse battery'
const other = 'a wholly other sentence'

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    async function serverWithAlice(): Promise<TestServer> {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      return server
    }

    const change = (server: TestServer, token: string, body: object) =>
      sendJson(server, 'POST', url, token, body)

    const signIn = (server: TestServer, password: string) =>
      server.postForm('/token', { username: 'alice', password })

    it('E13 I04 ends the other sessions, and keeps the one where it was changed', async () => {
      const server = await serverWithAlice()
      const thief = await signedIn(server)
      const mine = await signedIn(server)
      const body = { current_password: old, new_password: other }
      const answer = await change(server, mine.access_token, body)
      expect([answer.statusCode, answer.body]).toEqual([204, ''])
      expect(await guardedStatuses(server, thief.access_token)).toEqual(dead)
      expect((await refresh(server, thief.refresh_token)).statusCode).toBe(400)
      expect(await guardedStatuses(server, mine.access_token)).toEqual(alive)
      await refreshed(server, mine.refresh_token)
      expect((await signIn(server, old)).statusCode).toBe(401)
      expect((await signIn(server, other)).statusCode).toBe(200)
      const [event] = await entries(server, 'password_changed')
      expect(event).toMatchObject({ actor: `user:${claimsOf(mine.access_token).sub}` })
    })

    it('I04 asks for the current password unless the sign-in is recent', async () => {
      const server = await serverWithAlice()
      const first = await signedIn(server)
      server.pass(fiveMinutes + 1000)
      const { access_token: token } = await refreshed(server, first.refresh_token)
      for (const current of [{}, { current_password: 'not the password' }]) {
        const answer = await change(server, token, { ...current, new_password: other })
        expect(answer.statusCode).toBe(401)
        expect(answer.headers['www-authenticate']).toContain('insufficient_user_authentication')
      }
      expect((await signIn(server, old)).statusCode).toBe(200)
      const right = { current_password: old, new_password: other }
      expect((await change(server, token, right)).statusCode).toBe(204)
      const recent = await signedIn(server, { password: other })
      const back = await change(server, recent.access_token, { new_password: old })
      expect(back.statusCode).toBe(204)
    })

    it('G01 G02 G04 I07 refuses what is no good password, with the reason, and changes nothing', async () => {
      const server = await serverWithAlice()
      const { access_token: token } = await signedIn(server)
      for (const [body, reason] of refused) {
        const answer = await change(server, token, body)
        expect(answer.statusCode).toBe(422)
        expect(answer.json().detail).toMatch(reason)
      }
      expect(await entries(server, 'password_changed')).toEqual([])
      expect((await signIn(server, old)).statusCode).toBe(200)
    })

    it('I10 refuses tokens without the scope, and those of clients', async () => {
      const server = await serverWithAlice()
      await server.addUser({ username: 'bob', scopes: ['items'] })
      const narrow = await signedIn(server, { username: 'bob', scope: 'items' })
      const secret = await addClient(server, 'robot', { grants: ['client_credentials'] })
      const grant = { grant_type: 'client_credentials' }
      const robot = (await send(server, '/token', grant, basic('robot', secret))).json()
      for (const { access_token: token } of [robot, narrow]) {
        const answer = await change(server, token, { current_password: old, new_password: other })
        expect(answer.statusCode).toBe(403)
      }
      expect((await change(server, 'no token', { new_password: other })).statusCode).toBe(401)
    })
  })
}

const refused = [
  [{ new_password: 'short' }, /needs at least 8/],
  [{ new_password: 'x'.repeat(1025) }, /longer than 1024 bytes/],
  [{ new_password: 'password123' }, /many people use/],
  [{ new_password: 12345678 }, /new_password/],
  [{}, /new_password/],
  [{ new_password: other, scopes: ['admin'] }, /./],
] as const
