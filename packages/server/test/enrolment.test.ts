/** Contract, section 6: whom an admin makes chooses a password by the first link, and shows by it who reads there. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { mailsOf, tokenOf } from './mails.js'
import { type TestServer, testServer } from './test-server.js'
import { entries, send, sendJson, signedIn } from './token-requests.js'

const email = 'carol@example.com'
const password = 'correct horse battery'
const by = { actor: 'test' }

function reset(server: TestServer, token: string) {
  const payload = { token, password }
  return server.app.inject({ method: 'PUT', url: '/password-resets', payload })
}

for (const database of databases) {
  describe(`a user whom an admin makes on ${database.name}`, () => {
    async function withAdmin() {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser({ username: 'root', scopes: ['admin'] })
      const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
      return { server, admin }
    }

    async function enrolled(body: object = {}) {
      const { server, admin } = await withAdmin()
      const wanted = { username: 'carol', email, ...body }
      const answer = await sendJson(server, 'POST', '/admin/users', admin, wanted)
      expect(answer.statusCode, answer.body).toBe(201)
      const [mail] = await mailsOf(server, 'account_created')
      return { server, token: tokenOf(mail) }
    }

    it('I01 sets a password by the link, which proves the address, once', async () => {
      const { server, token } = await enrolled()
      const both = await Promise.all([reset(server, token), reset(server, token)])
      expect(both.map(({ statusCode }) => statusCode).toSorted()).toEqual([204, 400])
      for (const username of ['carol', email]) {
        expect((await send(server, '/token', { username, password })).statusCode).toBe(200)
      }
      const carol = await server.latchkey.users.get('carol')
      expect(carol.email_verified).toBe(1)
      expect(await entries(server, 'email_verified')).toMatchObject([
        { user_id: carol.id, actor: `user:${carol.id}` },
      ])
      expect((await reset(server, token)).statusCode).toBe(400)
    })

    it('sets the password where an admin has vouched for the address', async () => {
      const { server, token } = await enrolled({ email_verified: true })
      expect((await reset(server, token)).statusCode).toBe(204)
      expect((await send(server, '/token', { username: email, password })).statusCode).toBe(200)
      expect(await entries(server, 'email_verified')).toEqual([])
    })

    it('A04 sets the password alone where somebody else has proved the address', async () => {
      const { server, token } = await enrolled()
      await server.addUser({ username: 'owner', email, emailVerified: true })
      expect((await reset(server, token)).statusCode).toBe(204)
      expect((await send(server, '/token', { username: 'carol', password })).statusCode).toBe(200)
      expect((await server.latchkey.users.get('carol')).email_verified).toBe(0)
      expect(await server.latchkey.users.get('owner')).toMatchObject({ email_verified: 1 })
    })

    it('H09 has no address, and no name, that is compared as another’s', async () => {
      const { server, admin } = await withAdmin()
      for (const wanted of [
        { username: 'ıan@example.com' },
        { username: 'ian', email: 'ıan@example.com' },
      ]) {
        const answer = await sendJson(server, 'POST', '/admin/users', admin, wanted)
        expect([wanted, answer.statusCode]).toEqual([wanted, 422])
      }
      expect(await mailsOf(server)).toEqual([])
    })

    it('H09 proves no address by the mail of one that is compared as it', async () => {
      const { server } = await withAdmin()
      // From another system, where nobody minded.
      await server.addUser({ username: 'ian', email: 'ıan@example.com' })
      const payload = { email: 'ian@example.com' }
      const answer = await server.app.inject({
        method: 'POST',
        url: '/email-verifications',
        payload,
      })
      expect(answer.statusCode).toBe(202)
      expect(await mailsOf(server)).toEqual([])
    })
  })
}

it('who has gone meanwhile gets no other password, and nobody is told that they have', async () => {
  const server = await testServer()
  await server.addUser()
  const { users, userEdits } = server.latchkey
  const alice = await users.get('alice')
  await userEdits.remove(alice.id, by)
  await expect(users.changePassword(alice, { password: 'another of theirs' }, by)).rejects.toThrow(
    'There is no user "alice"',
  )
})
