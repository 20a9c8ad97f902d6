/** Contract, section 6: `/admin/users`. */

import { describe, expect, it } from 'vitest'
import { CountedReads } from './counted-reads.js'
import { databases } from './databases.js'
import { entry, user } from './store/rows.js'
import { type TestServer, testServer } from './test-server.js'
import {
  claimsOf,
  dead,
  entries,
  guardedStatuses,
  refresh,
  refreshed,
  sendJson,
  signedIn,
} from './token-requests.js'

const url = '/admin/users'

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    async function withAdmin(): Promise<{ server: TestServer; admin: string }> {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser({ username: 'root', scopes: ['admin'] })
      server.pass(1000)
      const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
      return { server, admin }
    }

    async function idOf(server: TestServer, username: string): Promise<string> {
      return (await server.latchkey.users.get(username)).id
    }

    function edit(server: TestServer, admin: string, id: string, body: object, ifMatch?: string) {
      const match = ifMatch === undefined ? {} : { 'if-match': ifMatch }
      return server.app.inject({
        method: 'PATCH',
        url: `${url}/${id}`,
        headers: { authorization: `Bearer ${admin}`, ...match },
        payload: body,
      })
    }

    it('lists users page by page, and finds one by name', async () => {
      const { server, admin } = await withAdmin()
      for (const username of ['alice', 'bob', 'carol']) {
        server.pass(1000)
        await server.addUser({ username, email: `${username}@example.com` })
      }
      const first = (await server.get(`${url}?limit=3`, admin)).json()
      const rest = (await server.get(`${url}?limit=3&cursor=${first.next_cursor}`, admin)).json()
      const names = [...first.items, ...rest.items].map(({ username }) => username)
      expect(names).toEqual(['root', 'alice', 'bob', 'carol'])
      expect(rest.next_cursor).toBeNull()
      const found = await server.get(`${url}?username=BOB`, admin)
      expect(found.headers['cache-control']).toBe('no-store')
      expect(found.json()).toEqual({ items: [first.items[2]], next_cursor: null })
      const nobody = await server.get(`${url}?username=mallory`, admin)
      expect(nobody.json()).toEqual({ items: [], next_cursor: null })
      const shown = await server.get(`${url}/${first.items[2].id}`, admin)
      const { password, ...record } = shown.json()
      expect([record, password.format]).toEqual([first.items[2], 'argon2id'])
    })

    it('I09 shows nothing of the password but how it is kept', async () => {
      const { server, admin } = await withAdmin()
      const id = await idOf(server, 'root')
      expect((await server.get(url, admin)).body).not.toMatch(/argon2|hash|password/)
      const { body } = await server.get(`${url}/${id}`, admin)
      const { password, created_at: at } = JSON.parse(body)
      expect(password).toEqual({ format: 'argon2id', outdated: false, set_at: at })
      expect(body).not.toMatch(/\$|hash|m=/)
    })

    it('E13 disables a user, whose sessions end at once, and enables them again', async () => {
      const { server, admin } = await withAdmin()
      await server.addUser()
      const tokens = await signedIn(server)
      const id = await idOf(server, 'alice')
      const disabled = await edit(server, admin, id, { disabled: true })
      expect(disabled.json()).toMatchObject({ username: 'alice', disabled: true })
      expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
      const form = { username: 'alice', password: 'correct horse battery' }
      expect((await server.postForm('/token', form)).statusCode).toBe(401)
      await edit(server, admin, id, { disabled: false })
      expect((await server.postForm('/token', form)).statusCode).toBe(200)
      const [event] = await entries(server, 'user_disabled')
      expect(event).toMatchObject({ user_id: id, actor: `user:${claimsOf(admin).sub}` })
    })

    it('E07 gives other scopes, which the next refresh brings', async () => {
      const { server, admin } = await withAdmin()
      await server.addUser({ scopes: ['items'] })
      const tokens = await signedIn(server)
      const id = await idOf(server, 'alice')
      const answer = await edit(server, admin, id, { scopes: ['items', 'admin', 'items'] })
      expect(answer.json()).toMatchObject({ scopes: ['account', 'admin', 'items'] })
      const next = await refreshed(server, tokens.refresh_token)
      expect(next.scope).toContain('items')
      expect(await entries(server, 'user_scopes_changed')).toHaveLength(1)
    })

    it('tells the later of two admins who change the same user', async () => {
      const { server, admin } = await withAdmin()
      await server.addUser()
      const id = await idOf(server, 'alice')
      const seen = String((await server.get(`${url}/${id}`, admin)).headers.etag)
      expect(seen).toMatch(/^"[0-9a-z]+"$/)
      const answers = await Promise.all([
        edit(server, admin, id, { scopes: ['items'] }, seen),
        edit(server, admin, id, { disabled: true }, seen),
      ])
      expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 412])
      const won = answers.find(({ statusCode }) => statusCode === 200)
      const now = await server.get(`${url}/${id}`, admin)
      expect([now.json(), now.headers.etag]).toEqual([won?.json(), won?.headers.etag])
      for (const version of ['"0"', '"other"', 'W/"x"', seen]) {
        const late = await edit(server, admin, id, { disabled: true }, version)
        expect([version, late.statusCode]).toEqual([version, 412])
      }
      const again = await edit(server, admin, id, { disabled: false }, String(now.headers.etag))
      expect(again.statusCode).toBe(200)
      expect((await edit(server, admin, id, { scopes: [] }, '*')).statusCode).toBe(200)
    })

    it('E13 deletes a user, whose sessions end and whose name is never given again', async () => {
      const { server, admin } = await withAdmin()
      await server.addUser({ email: 'alice@example.com' })
      const tokens = await signedIn(server)
      const id = await idOf(server, 'alice')
      expect((await sendJson(server, 'DELETE', `${url}/${id}`, admin)).statusCode).toBe(204)
      expect(await guardedStatuses(server, tokens.access_token)).toEqual(dead)
      expect((await refresh(server, tokens.refresh_token)).statusCode).toBe(400)
      const form = { username: 'alice', password: 'correct horse battery' }
      expect((await server.postForm('/token', form)).statusCode).toBe(401)
      for (const answer of [
        await server.get(`${url}/${id}`, admin),
        await edit(server, admin, id, { disabled: false }),
        await sendJson(server, 'DELETE', `${url}/${id}`, admin),
      ]) {
        expect(answer.statusCode).toBe(404)
      }
      await expect(server.addUser()).rejects.toMatchObject({ code: 'username_taken' })
      const [event] = await entries(server, 'user_deleted')
      expect(event).toMatchObject({ user_id: id, actor: `user:${claimsOf(admin).sub}` })
    })

    it('deletes only the user that the admin has seen, where that is asked for', async () => {
      const { server, admin } = await withAdmin()
      await server.addUser()
      const id = await idOf(server, 'alice')
      const seen = String((await server.get(`${url}/${id}`, admin)).headers.etag)
      const remove = (ifMatch: string) =>
        server.app.inject({
          method: 'DELETE',
          url: `${url}/${id}`,
          headers: { authorization: `Bearer ${admin}`, 'if-match': ifMatch },
        })
      await edit(server, admin, id, { scopes: ['admin'] })
      for (const version of [seen, '"0"', '"other"', 'W/"x"', '']) {
        expect([version, (await remove(version)).statusCode]).toEqual([version, 412])
      }
      expect((await server.get(`${url}/${id}`, admin)).statusCode).toBe(200)
      expect(await entries(server, 'user_deleted')).toEqual([])
      const now = String((await server.get(`${url}/${id}`, admin)).headers.etag)
      const answers = await Promise.all([
        remove(now),
        edit(server, admin, id, { disabled: true }, now),
      ])
      const statuses = answers.map(({ statusCode }) => statusCode)
      expect([
        [204, 404],
        [204, 412],
        [412, 200],
      ]).toContainEqual(statuses)
      await remove('*')
      expect((await server.get(`${url}/${id}`, admin)).statusCode).toBe(404)
      expect((await remove(now)).statusCode).toBe(404)
    })

    it('finds users by a part of a name, by what they are, and by both', async () => {
      const { server, admin } = await withAdmin()
      await server.addUser({ email: 'Alice@Example.com', emailVerified: true })
      await server.addUser({ username: 'Malice', scopes: ['admin'] })
      await edit(server, admin, await idOf(server, 'malice'), { disabled: true })
      const found = async (query: string) => {
        const answer = await server.get(`${url}?${query}`, admin)
        expect([query, answer.statusCode]).toEqual([query, 200])
        return answer.json().items.map(({ username }: { username: string }) => username)
      }
      expect((await found('search=LIC')).toSorted()).toEqual(['Malice', 'alice'])
      expect(await found('search=lic&disabled=true')).toEqual(['Malice'])
      expect(await found('search=lic&disabled=false')).toEqual(['alice'])
      expect(await found('search=%40example.com')).toEqual(['alice'])
      expect(await found('email_verified=true')).toEqual(['alice'])
      expect(await found('scope=admin')).toEqual(['root', 'Malice'])
      expect(await found('username=malice&search=lic&disabled=true')).toEqual(['Malice'])
      expect(await found('username=malice&disabled=false')).toEqual([])
      expect(await found('username=malice&search=bob')).toEqual([])
      for (const query of [
        ...['search=', 'search=a', 'search=%00%00', 'search=aa&search=bb'],
        ...[`search=${'x'.repeat(257)}`, 'disabled=yes', 'disabled=', 'email_verified=1', 'scope='],
        ...['search=ali&cursor=cDphOmJvYg', 'cursor=cDphOmJvYg'],
      ]) {
        const answer = await server.get(`${url}?${query}`, admin)
        expect([query, answer.statusCode]).toEqual([query, 422])
      }
    })

    it('I07 changes nothing else, nobody else, and for nobody else', async () => {
      const { server, admin } = await withAdmin()
      await server.addUser()
      const id = await idOf(server, 'alice')
      for (const body of [
        {},
        { id: 'other' },
        { disabled: true, password_hash: 'x' },
        { disabled: 'yes' },
        { scopes: ['no such scope'] },
        { scopes: 'admin' },
        [],
      ]) {
        const answer = await edit(server, admin, id, body)
        expect([body, answer.statusCode]).toEqual([body, 422])
      }
      for (const nobody of ['nobody', '%00', "'", 'x'.repeat(65)]) {
        expect((await server.get(`${url}/${nobody}`, admin)).statusCode).toBe(404)
        expect((await edit(server, admin, nobody, { disabled: true })).statusCode).toBe(404)
      }
      const alice = (await signedIn(server)).access_token
      for (const path of [url, `${url}/${id}`]) {
        expect((await server.get(path, alice)).statusCode).toBe(403)
      }
      expect((await edit(server, alice, id, { scopes: ['admin'] })).statusCode).toBe(403)
      expect(await server.latchkey.users.get('alice')).toMatchObject({ disabled: 0, scopes: '' })
      expect((await sendJson(server, 'DELETE', `${url}/${id}`, alice)).statusCode).toBe(403)
    })
  })
}

it('lets others in between where many users are looked at for one page', async () => {
  const reads = new CountedReads('from "users"')
  const server = await testServer({}, reads.around)
  await server.addUser({ username: 'root', scopes: ['admin'] })
  const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
  for (let number = 0; number < 50; number++) {
    const name = `user${number}`
    const row = user({ username: name, username_key: name, email: null, email_key: null })
    await server.latchkey.store.users.create(row, null, entry())
  }
  const before = reads.all
  reads.mostInATurn = 0
  const answer = await server.get(`${url}?scope=nobodys&limit=1`, admin)
  expect(answer.json()).toEqual({ items: [], next_cursor: null })
  expect(reads.all - before).toBeGreaterThan(3)
  // Beside the page's, there is the admin's own.
  expect(reads.mostInATurn).toBeLessThan(3)
})
