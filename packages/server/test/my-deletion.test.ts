/** Contract, section 6: `DELETE /users/me`, and `POST /users/me/deletion` for callers whose DELETE can have no body. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { mailsOf } from './mails.js'
import { testServer } from './test-server.js'
import {
  alive,
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refreshed,
  sendJson,
  signedIn,
} from './token-requests.js'

const doors = [
  ['DELETE', '/users/me'],
  ['POST', '/users/me/deletion'],
] as const
const right = { current_password: 'correct horse battery' }

for (const database of databases) {
  describe.each(doors)(`%s %s on ${database.name}`, (method, url) => {
    it('I04 I10 deletes its caller, after a recent sign-in or with the password', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      await server.addUser({ username: 'bob' })
      const bob = await signedIn(server, { username: 'bob' })
      const other = await signedIn(server)
      const first = await signedIn(server)
      server.pass(301_000)
      const { access_token: token } = await refreshed(server, first.refresh_token)
      for (const body of [{}, { current_password: 'not the password' }]) {
        const answer = await sendJson(server, method, url, token, body)
        expect(answer.statusCode).toBe(401)
        expect(answer.headers['www-authenticate']).toContain('insufficient_user_authentication')
      }
      const { sub } = claimsOf(bob.access_token)
      const forBob = await sendJson(server, method, url, token, { ...right, id: sub })
      expect(forBob.statusCode).toBe(422)
      expect(await guardedStatuses(server, token)).toEqual(alive)
      expect((await sendJson(server, method, url, token, right)).statusCode).toBe(204)
      for (const ended of [token, first.access_token, other.access_token]) {
        expect(await guardedStatuses(server, ended)).toEqual(dead)
      }
      expect(await guardedStatuses(server, bob.access_token)).toEqual(alive)
      const again = await sendJson(server, method, url, token, right)
      expect(again.statusCode).toBe(401)
      const [event] = await entries(server, 'user_deleted')
      expect(event).toMatchObject({ actor: `user:${claimsOf(token).sub}` })
    })
  })

  it(`a user who has gone leaves no mail but the last on ${database.name}`, async () => {
    const server = await testServer({ databaseUrl: await database.url() })
    await server.addUser({ email: 'alice@example.com', emailVerified: true })
    await server.addUser({ username: 'bob', email: 'bob@example.com', emailVerified: true })
    for (const email of ['alice@example.com', 'bob@example.com']) {
      await server.app.inject({ method: 'POST', url: '/password-resets', payload: { email } })
    }
    const { access_token: token } = await signedIn(server)
    expect((await sendJson(server, 'DELETE', '/users/me', token, right)).statusCode).toBe(204)
    const left = (await mailsOf(server)).map(({ kind, address }) => [kind, address])
    expect(left.toSorted()).toEqual([
      ['account_deleted', 'alice@example.com'],
      ['password_reset', 'bob@example.com'],
    ])
  })
}
