/** Who has a verified address is told of what is done to their account, whoever does it. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { mailsOf } from './mails.js'
import { type TestServer, testServer } from './test-server.js'
import { sendJson, signedIn } from './token-requests.js'

const email = 'alice@example.com'
const other = 'a wholly other sentence'
const by = { actor: 'cli' }

/** What changes or ends alice's account, with what is told of it. */
const deeds = {
  'POST /users/me/password': [
    'password_changed',
    async (server) => {
      const { access_token: token } = await signedIn(server)
      await sendJson(server, 'POST', '/users/me/password', token, { new_password: other })
    },
  ],
  'another password by an operator': [
    'password_changed',
    (server) => server.latchkey.users.setPassword('alice', other, by),
  ],
  'DELETE /users/me': [
    'account_deleted',
    async (server) => {
      const { access_token: token } = await signedIn(server)
      await sendJson(server, 'DELETE', '/users/me', token, {})
    },
  ],
  'deletion by an admin': [
    'account_deleted',
    async (server) => {
      const { id } = await server.latchkey.users.get('alice')
      await server.latchkey.userEdits.remove(id, by)
    },
  ],
} satisfies Record<string, [string, (server: TestServer) => Promise<void>]>

for (const database of databases) {
  describe.each(Object.entries(deeds))(`%s on ${database.name}`, (_, [kind, deed]) => {
    async function mailsAfter(user: { email?: string; emailVerified?: boolean }) {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser(user)
      await deed(server)
      return mailsOf(server)
    }

    it('E13 is told to a verified address, and to no other', async () => {
      expect(await mailsAfter({ email, emailVerified: true })).toEqual([
        { kind, address: email, values: { username: 'alice' } },
      ])
      expect(await mailsAfter({ email })).toEqual([])
      expect(await mailsAfter({})).toEqual([])
    })
  })
}

it('I04 nobody is told of what was refused', async () => {
  const server = await testServer()
  await server.addUser({ email, emailVerified: true })
  const { access_token: token } = await signedIn(server)
  for (const password of ['short', 'password123']) {
    const body = { new_password: password }
    const answer = await sendJson(server, 'POST', '/users/me/password', token, body)
    expect(answer.statusCode).toBe(422)
  }
  expect(await mailsOf(server)).toEqual([])
})
