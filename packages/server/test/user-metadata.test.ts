/** Contract, section 6: metadata, of which users may change one part and admins both. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { mailsOf } from './mails.js'
import { type TestServer, testServer } from './test-server.js'
import { addClient, basic, entries, send, sendJson, signedIn } from './token-requests.js'

for (const database of databases) {
  describe(`metadata on ${database.name}`, () => {
    async function serverWithAlice() {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      await server.addUser({ username: 'root', scopes: ['admin'] })
      const { access_token: token } = await signedIn(server)
      const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
      const path = `/admin/users/${(await server.latchkey.users.get('alice')).id}`
      return { server, token, admin, path }
    }

    const edit = (server: TestServer, token: string, body: object, url = '/users/me') =>
      sendJson(server, 'PATCH', url, token, body)

    it('is written by its user, in place of what there was', async () => {
      const { server, token } = await serverWithAlice()
      expect((await server.get('/users/me', token)).json()).toMatchObject({ metadata: {} })
      const metadata = { locale: 'de', theme: { dark: true, size: 1.5 }, tags: ['ä', '🦊', null] }
      const written = await edit(server, token, { metadata })
      expect([written.statusCode, written.json().metadata]).toEqual([200, metadata])
      expect((await server.get('/users/me', token)).json()).toEqual(written.json())
      await edit(server, token, { metadata: { locale: 'fr' } })
      expect((await server.get('/users/me', token)).json().metadata).toEqual({ locale: 'fr' })
      await edit(server, token, { metadata: {} })
      expect(await server.latchkey.users.get('alice')).toMatchObject({ metadata: null })
    })

    it('M06 tells the later of two who change the same account', async () => {
      const { server, token, admin, path } = await serverWithAlice()
      const editIf = (ifMatch: string, body: object) =>
        server.app.inject({
          method: 'PATCH',
          url: '/users/me',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'if-match': ifMatch,
          },
          payload: JSON.stringify(body),
        })
      const seen = String((await server.get('/users/me', token)).headers.etag)
      expect((await server.get(path, admin)).headers.etag).toBe(seen)
      const bodies = [{ metadata: { from: 'one' } }, { metadata: { from: 'two' } }]
      const both = await Promise.all(bodies.map((body) => editIf(seen, body)))
      expect(both.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 412])
      const won = both.find(({ statusCode }) => statusCode === 200)
      const now = await server.get('/users/me', token)
      expect([now.json(), now.headers.etag]).toEqual([won?.json(), won?.headers.etag])

      // Nothing is mailed for who has not seen what is there.
      const late = { email: 'alice@example.com', current_password: 'correct horse battery' }
      for (const version of ['"0"', '"other"', 'W/"x"', seen]) {
        expect([version, (await editIf(version, late)).statusCode]).toEqual([version, 412])
      }
      expect(await mailsOf(server)).toEqual([])
      const current = String(now.headers.etag)
      const asked = await editIf(current, late)
      expect([asked.statusCode, asked.headers.etag]).toEqual([200, current])
      expect(await mailsOf(server)).toHaveLength(1)
      expect((await editIf('*', { metadata: {} })).statusCode).toBe(200)
    })

    it('I07 has a part that only admins see and write', async () => {
      const { server, token, admin, path } = await serverWithAlice()
      const both = { metadata: { a: 1 }, admin_metadata: { plan: 'pro' } }
      const written = await edit(server, admin, both, path)
      expect(written.json()).toMatchObject(both)
      expect((await server.get(path, admin)).json()).toEqual(written.json())
      const mine = await server.get('/users/me', token)
      expect(mine.json().metadata).toEqual({ a: 1 })
      expect(mine.body).not.toMatch(/admin_metadata|plan/)
      for (const body of [
        { admin_metadata: { plan: 'best' } },
        { metadata: {}, admin_metadata: {} },
        { metadata: {}, scopes: ['admin'] },
        { metadata: {}, email_verified: true },
        { metadata: {}, id: 'other' },
        { metadata: {}, adminMetadata: {} },
        {},
      ]) {
        expect([body, (await edit(server, token, body)).statusCode]).toEqual([body, 422])
      }
      expect((await server.get(path, admin)).json()).toEqual(written.json())
      expect((await edit(server, token, { metadata: {} }, path)).statusCode).toBe(403)
    })

    it('is refused where it is too large, too deep, or has names and characters that do harm', async () => {
      const { server, token, admin, path } = await serverWithAlice()
      await edit(server, token, { metadata: { kept: true } })
      for (const metadata of unfit) {
        for (const answer of [
          await edit(server, token, { metadata }),
          await edit(server, admin, { admin_metadata: metadata }, path),
        ]) {
          expect([metadata, answer.statusCode]).toEqual([metadata, 422])
        }
      }
      for (const text of [
        '{"__proto__":1}',
        '{"a":{"__proto__":{"admin":true}}}',
        '{"a":1e999}',
        '{"a":',
      ]) {
        const answer = await server.app.inject({
          method: 'PATCH',
          url: '/users/me',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          payload: `{"metadata":${text}}`,
        })
        expect([text, [400, 422].includes(answer.statusCode)]).toEqual([text, true])
      }
      const { metadata } = (await server.get('/users/me', token)).json()
      expect(metadata).toEqual({ kept: true })
      expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
    })

    it('that is refused keeps back the mail that was asked for with it', async () => {
      const { server, token } = await serverWithAlice()
      const answer = await edit(server, token, {
        email: 'new@example.com',
        current_password: 'correct horse battery',
        metadata: { long: 'x'.repeat(5_000) },
      })
      expect(answer.statusCode).toBe(422)
      expect(await mailsOf(server)).toEqual([])
    })

    it('is taken up to its limits', async () => {
      const { server, token } = await serverWithAlice()
      for (const metadata of fit) {
        const answer = await edit(server, token, { metadata })
        expect([answer.statusCode, answer.json().metadata]).toEqual([200, metadata])
      }
    })

    it('K03 is audited by whom it was changed, and not to what', async () => {
      const { server, token, admin, path } = await serverWithAlice()
      await edit(server, token, { metadata: { phone: '555-12345' } })
      await edit(server, token, { metadata: { phone: '555-12345' } })
      await edit(server, admin, { admin_metadata: { note: 'owes us' } }, path)
      const found = await entries(server, 'user_metadata_changed')
      expect(found.map(({ detail }) => detail).toSorted()).toEqual([
        '{"changed":"admin_metadata"}',
        '{"changed":"metadata"}',
      ])
      expect(`${JSON.stringify(await entries(server))}${server.log.join()}`).not.toMatch(
        /555-12345|owes us/,
      )
    })

    it('I10 needs the scope, a user and a live session', async () => {
      const { server } = await serverWithAlice()
      await server.addUser({ username: 'bob', scopes: ['items'] })
      const narrow = await signedIn(server, { username: 'bob', scope: 'items' })
      const secret = await addClient(server, 'robot', { grants: ['client_credentials'] })
      const grant = { grant_type: 'client_credentials' }
      const robot = (await send(server, '/token', grant, basic('robot', secret))).json()
      for (const { access_token: token } of [narrow, robot]) {
        expect((await edit(server, token, { metadata: {} })).statusCode).toBe(403)
      }
      expect((await edit(server, 'no token', { metadata: {} })).statusCode).toBe(401)
    })

    it('keeps both changes of two admins, or tells the later', async () => {
      const { server, admin, path } = await serverWithAlice()
      const answers = await Promise.all([
        edit(server, admin, { metadata: { a: 1 } }, path),
        edit(server, admin, { admin_metadata: { b: 2 } }, path),
      ])
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
      const after = (await server.get(path, admin)).json()
      expect(after).toMatchObject({ metadata: { a: 1 }, admin_metadata: { b: 2 } })
    })
  })
}

function nested(depth: number): object {
  return depth === 1 ? {} : { in: nested(depth - 1) }
}

const members = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}`, at]))

const fit = [
  nested(5),
  members(100),
  { list: Array.from({ length: 99 }, () => 0) },
  { text: 'x'.repeat(4096 - '{"text":""}'.length) },
  { ['k'.repeat(64)]: '', 'with space': '\n\t' },
  { toString: 1, hasOwnProperty: 2 },
]

const unfit: unknown[] = [
  nested(6),
  { list: [[[[[]]]]] },
  members(101),
  { list: Array.from({ length: 100 }, () => 0) },
  { text: 'x'.repeat(4097 - '{"text":""}'.length) },
  { text: 'ä'.repeat(2100) },
  { ['k'.repeat(65)]: 1 },
  { '': 1 },
  { 'a\0b': 1 },
  { 'a\nb': 1 },
  { constructor: 1 },
  { deep: { prototype: {} } },
  { text: 'a\0b' },
  { text: '\ud800' },
  [],
  ['a'],
  'text',
  1,
  null,
]
