/** Checklist I06: the first admin, by a link that a new server prints. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { outboxServer } from './outbox-server.js'
import { type TestServer, testServer } from './test-server.js'
import { type Answer, entries, signedIn } from './token-requests.js'

const password = 'correct horse battery'
const day = 24 * 60 * 60_000

function becomeAdmin(server: TestServer, token: string, more: object = {}): Promise<Answer> {
  const payload = { username: 'root', password, token, ...more }
  return server.app.inject({ method: 'POST', url: '/first-admin', payload })
}

/** The token of a new link; undefined where there is a user. */
async function offered(server: TestServer): Promise<string | undefined> {
  const link = await server.latchkey.firstAdmin.offer()
  expect(link ?? 'http://127.0.0.1:8000/account/first-admin#token=').toContain(
    'http://127.0.0.1:8000/account/first-admin#token=',
  )
  return link?.split('=')[1]
}

async function certainlyOffered(server: TestServer): Promise<string> {
  const token = await offered(server)
  if (token === undefined) throw new Error('No link was offered')
  return token
}

const cli = { actor: 'cli' }

for (const database of databases) {
  describe(`the first admin on ${database.name}`, () => {
    const open = async () => testServer({ databaseUrl: await database.url() })

    it('I06 is made by the link, and can do what admins can', async () => {
      const { server, mails } = await outboxServer({ databaseUrl: await database.url() })
      const token = await certainlyOffered(server)
      const answer = await becomeAdmin(server, token, { email: 'root@example.com' })
      expect(answer.statusCode, answer.body).toBe(201)
      expect(answer.json()).toMatchObject({
        username: 'root',
        email: 'root@example.com',
        email_verified: false,
        scopes: ['account', 'admin'],
      })
      const admin = await signedIn(server, { username: 'root', scope: 'admin' })
      expect((await server.get('/admin/users', admin.access_token)).statusCode).toBe(200)
      expect(await mails()).toMatchObject([
        { kind: 'email_verification', address: 'root@example.com' },
      ])
      expect(await entries(server, 'user_created')).toMatchObject([
        { actor: `user:${answer.json().id}`, detail: JSON.stringify({ by: 'first_admin' }) },
      ])
      expect((await becomeAdmin(server, token, { username: 'root2' })).statusCode).toBe(400)
      expect(await offered(server)).toBeUndefined()
      expect(server.log.join('')).not.toContain(token)
    })

    it('H09 has no name that is compared as another’s address', async () => {
      const server = await open()
      const token = await certainlyOffered(server)
      const answer = await becomeAdmin(server, token, { username: 'ıan@example.com' })
      expect(answer.statusCode).toBe(422)
      expect((await becomeAdmin(server, token, {})).statusCode).toBe(201)
    })

    it('M06 is one, however many hold the link', async () => {
      const server = await open()
      const token = await certainlyOffered(server)
      const answers = await Promise.all(
        ['one', 'two', 'three'].map((username) => becomeAdmin(server, token, { username })),
      )
      expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 400, 400])
      expect((await server.latchkey.users.list({ limit: 10 })).rows).toHaveLength(1)
    })

    it('is not made by what uses no link up', async () => {
      const server = await open()
      const token = await certainlyOffered(server)
      const wrongs: [object, number][] = [
        [{ password: 'short' }, 422],
        [{ username: 'ro\u0000ot' }, 422],
        [{ email: 'root' }, 422],
        [{ scopes: ['introspect'] }, 422],
        [{ token: 7 }, 422],
        [{ token: `${token}x` }, 400],
        [{ token: '' }, 400],
      ]
      for (const [more, status] of wrongs) {
        expect([more, (await becomeAdmin(server, token, more)).statusCode]).toEqual([more, status])
      }
      expect((await becomeAdmin(server, token)).statusCode).toBe(201)
    })

    it('is made by the last link alone, within a day', async () => {
      const server = await open()
      const first = await certainlyOffered(server)
      const second = await certainlyOffered(server)
      expect((await becomeAdmin(server, first)).statusCode).toBe(400)
      server.pass(day + 1)
      expect((await becomeAdmin(server, second)).statusCode).toBe(400)
      const third = await certainlyOffered(server)
      expect((await becomeAdmin(server, third)).statusCode).toBe(201)
    })

    it('M06 is not made where there is an admin already, however they came', async () => {
      const ways: ((server: TestServer) => Promise<unknown>)[] = [
        ({ latchkey }) => latchkey.users.add({ username: 'a', password, scopes: ['admin'] }, cli),
        async ({ latchkey }) => {
          await latchkey.users.add({ username: 'a', password }, cli)
          await latchkey.users.setScopes('a', ['admin', 'items'], cli)
        },
        ({ latchkey }) => latchkey.enrolment.enrol({ username: 'a', scopes: ['admin'] }, cli),
      ]
      for (const make of ways) {
        const server = await open()
        const token = await certainlyOffered(server)
        await make(server)
        expect((await becomeAdmin(server, token)).statusCode).toBe(400)
        expect(await offered(server)).toBeUndefined()
      }
    })

    it('is made beside users who are none', async () => {
      const server = await open()
      const token = await certainlyOffered(server)
      await server.addUser({ scopes: ['administrate'] })
      expect(await offered(server)).toBeUndefined()
      expect((await becomeAdmin(server, token)).statusCode).toBe(201)
    })

    it('M06 has no link that an admin who came at the same time has left', async () => {
      const server = await open()
      const add = (username: string) =>
        server.latchkey.users.add({ username, password, scopes: ['admin'] }, cli)
      const [link] = await Promise.all([offered(server), add('a'), offered(server), add('b')])
      const last = await offered(server)
      expect(last).toBeUndefined()
      if (link !== undefined) expect((await becomeAdmin(server, link)).statusCode).toBe(400)
    })
  })
}

describe('POST /first-admin', () => {
  it('has no other method, and takes JSON only', async () => {
    const { app } = await testServer()
    const wrong = await app.inject({ url: '/first-admin' })
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'POST'])
    const form = await app.inject({
      method: 'POST',
      url: '/first-admin',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'token=x',
    })
    expect(form.statusCode).toBe(415)
  })
})
