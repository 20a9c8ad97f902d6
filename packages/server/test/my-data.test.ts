/** `GET /users/me/export`: all that is kept about a user, for that user. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { outboxServer } from './outbox-server.js'
import { entry } from './store/rows.js'
import { type TestServer, testServer } from './test-server.js'
import { addClient, send, sendJson, signedIn } from './token-requests.js'

const url = '/users/me/export'

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    it('answers what is kept about the caller and nobody else, as a file', async () => {
      const { server } = await outboxServer({
        databaseUrl: await database.url(),
        registration: 'open',
      })
      await server.addUser({ username: 'root', scopes: ['admin'] })
      await server.addUser({ email: 'alice@example.com', emailVerified: true })
      await server.addUser({ username: 'bob' })
      await signedIn(server, { username: 'bob' })
      server.pass(1_000)
      await server.postForm('/token', { username: 'alice', password: 'wrong' })
      server.pass(1_000)
      const root = await signedIn(server, { username: 'root', scope: 'admin' })
      const alice = await server.latchkey.users.get('alice')
      const scopes = { scopes: ['items'] }
      await sendJson(server, 'PATCH', `/admin/users/${alice.id}`, root.access_token, scopes)
      server.pass(1_000)
      const again = { username: 'eve', password: 'correct horse battery', email: alice.email }
      await server.app.inject({ method: 'POST', url: '/users', payload: again })
      server.pass(1_000)
      const { access_token: token } = await signedIn(server)

      const answer = await server.get(url, token)
      expect(answer.statusCode).toBe(200)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json',
        'content-disposition': 'attachment; filename="account.json"',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      const all = answer.json()
      expect(Object.keys(all)).toEqual(['exported_at', 'user', 'sessions', 'audit', 'mails'])
      expect(all.user).toEqual((await server.get('/users/me', token)).json())
      expect(all.sessions).toMatchObject([{ client_id: 'first-party', address: '127.0.0.1' }])
      expect(all.mails).toMatchObject([
        { kind: 'address_known', address: 'alice@example.com', sent_at: null },
      ])
      const events = all.audit.map((entry: Record<string, unknown>) => [
        entry.event,
        entry.by,
        entry.address,
      ])
      expect(events).toEqual([
        ['user_created', 'test', null],
        ['sign_in_failed', 'anonymous', '127.0.0.1'],
        ['user_scopes_changed', 'an admin', null],
        ['sign_in', 'you', '127.0.0.1'],
      ])
      const { id: rootId } = await server.latchkey.users.get('root')
      expect(answer.body).not.toContain(rootId)
    })

    it('H08 does not tell whether somebody has proved an address that the caller claims', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      const known = 'known@example.com'
      const unknown = 'unknown@example.com'
      await server.addUser({ username: 'owner', email: known, emailVerified: true })
      const kept: unknown[] = []
      for (const [username, email] of [
        ['alice', known],
        ['bob', unknown],
      ] as const) {
        server.pass(1)
        await server.addUser({ username, email })
        const payload = { email }
        await server.app.inject({ method: 'POST', url: '/email-verifications', payload })
        const { access_token: token } = await signedIn(server, { username })
        const { audit, mails } = (await server.get(url, token)).json()
        kept.push([audit.map(({ event }: { event: string }) => event).toSorted(), mails])
      }
      expect(kept[0]).toEqual(kept[1])
    })

    it('is whole where an entry about the caller was broken', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      const { id: user_id } = await server.latchkey.users.get('alice')
      await server.latchkey.store.audit.append(entry({ user_id, detail: '{"half' }))
      const { access_token: token } = await signedIn(server)
      const { audit } = (await server.get(url, token)).json()
      expect(audit).toContainEqual(expect.objectContaining({ detail: '{"half' }))
    })

    it('I09 K01 holds no hash, digest, token or link', async () => {
      const { server } = await outboxServer({
        databaseUrl: await database.url(),
        registration: 'open',
      })
      const bob = { username: 'bob', password: 'correct horse battery', email: 'b@example.com' }
      await server.app.inject({ method: 'POST', url: '/users', payload: bob })
      const tokens = await signedIn(server, { username: 'bob' })
      const { body } = await server.get(url, tokens.access_token)
      expect(body).not.toMatch(/argon2|hash|digest|wrapped|token/)
      for (const secret of [bob.password, tokens.access_token, tokens.refresh_token]) {
        expect(body).not.toContain(secret)
      }
    })

    it('answers all of it, however much there is', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      const { id } = await server.latchkey.users.get('alice')
      const { audit } = server.latchkey.store
      for (let number = 0; number < 450; number++) await audit.append(entry({ user_id: id }))
      const { access_token: token } = await signedIn(server)
      const all = (await server.get(url, token)).json()
      expect(all.audit).toHaveLength(452)
    })
  })
}

describe(url, () => {
  it('needs the scope account, a user and a session that stands', async () => {
    const server: TestServer = await testServer()
    await server.addUser()
    expect((await server.app.inject({ url })).statusCode).toBe(401)
    const secret = await addClient(server, 'service', {
      grants: ['client_credentials'],
      scopes: ['account', 'items'],
    })
    await server.latchkey.users.setScopes('alice', ['items'], { actor: 'test' })
    const narrow = await signedIn(server, { scope: 'items' })
    expect((await server.get(url, narrow.access_token)).statusCode).toBe(403)
    const grant = { grant_type: 'client_credentials', client_id: 'service', client_secret: secret }
    const service = (await send(server, '/oauth/token', grant)).json()
    expect((await server.get(url, service.access_token)).statusCode).toBe(403)
    const wide = await signedIn(server)
    await send(server, '/revoke', { token: wide.refresh_token })
    expect((await server.get(url, wide.access_token)).statusCode).toBe(401)
    const wrong = await server.app.inject({ method: 'POST', url })
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'GET'])
  })
})
