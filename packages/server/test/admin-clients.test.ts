/** Contract, section 6: `/admin/clients`. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { basic, claimsOf, entries, send, sendJson, signedIn } from './token-requests.js'

const url = '/admin/clients'

async function withAdmin(settings = {}): Promise<{ server: TestServer; admin: string }> {
  const server = await testServer(settings)
  await server.addUser({ username: 'root', scopes: ['admin'] })
  const admin = (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
  return { server, admin }
}

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    it('registers, shows, changes and removes a client', async () => {
      const { server, admin } = await withAdmin({ databaseUrl: await database.url() })
      await server.addUser()
      // Each act at a time of its own, by which the log is in order.
      server.pass(1000)
      const made = await sendJson(server, 'POST', url, admin, {
        id: 'app',
        name: 'The app',
        grants: ['refresh_token', 'password'],
        scopes: ['items', 'account'],
        access_token_ttl: 600,
      })
      expect(made.statusCode).toBe(201)
      expect(made.headers).toMatchObject({ location: `${url}/app`, 'cache-control': 'no-store' })
      const { client_secret: secret, ...record } = made.json()
      expect(record).toEqual({
        id: 'app',
        name: 'The app',
        confidential: true,
        grants: ['password', 'refresh_token'],
        scopes: ['account', 'items'],
        access_token_ttl: 600,
        refresh_idle_ttl: null,
        session_ttl: null,
        disabled: false,
        created_at: expect.stringMatching(/Z$/),
      })
      expect((await signedIn(server, {}, basic('app', secret))).expires_in).toBe(600)
      expect((await server.get(`${url}/app`, admin)).json()).toEqual(record)

      server.pass(1000)
      const edited = await sendJson(server, 'PATCH', `${url}/app`, admin, {
        name: 'Another name',
        access_token_ttl: null,
        disabled: true,
      })
      expect(edited.statusCode).toBe(200)
      const changed = { name: 'Another name', access_token_ttl: null, disabled: true }
      expect(edited.json()).toEqual({ ...record, ...changed })
      const refused = await send(server, '/oauth/token', alice, basic('app', secret))
      expect(refused.statusCode).toBe(401)

      server.pass(1000)
      expect((await sendJson(server, 'DELETE', `${url}/app`, admin)).statusCode).toBe(204)
      for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
        const body = method === 'PATCH' ? { name: 'x' } : undefined
        expect((await sendJson(server, method, `${url}/app`, admin, body)).statusCode).toBe(404)
      }
      const actors = (await entries(server))
        .filter(({ client_id, event }) => client_id === 'app' && event.startsWith('client_'))
        .map(({ event, actor }) => [event, actor])
      const root = `user:${claimsOf(admin).sub}`
      expect(actors).toEqual([
        ['client_deleted', root],
        ['client_disabled', root],
        ['client_created', root],
      ])
    })

    it('D07 gives a new secret beside the old one for as long as is asked', async () => {
      const { server, admin } = await withAdmin({ databaseUrl: await database.url() })
      await server.addUser()
      const made = await sendJson(server, 'POST', url, admin, { id: 'app', grants: ['password'] })
      const first: string = made.json().client_secret
      const answer = await sendJson(server, 'POST', `${url}/app/secrets`, admin, { overlap: 60 })
      expect(answer.statusCode).toBe(201)
      expect(answer.headers['cache-control']).toBe('no-store')
      const second: string = answer.json().client_secret
      const statuses = async () => [
        (await send(server, '/token', alice, basic('app', first))).statusCode,
        (await send(server, '/token', alice, basic('app', second))).statusCode,
      ]
      expect(await statuses()).toEqual([200, 200])
      server.pass(61_000)
      expect(await statuses()).toEqual([401, 200])
      // Without a body the overlap is a day.
      await sendJson(server, 'POST', `${url}/app/secrets`, admin)
      server.pass(23 * 3_600_000)
      expect((await send(server, '/token', alice, basic('app', second))).statusCode).toBe(200)
      server.pass(2 * 3_600_000)
      expect((await send(server, '/token', alice, basic('app', second))).statusCode).toBe(401)
    })

    it('lists them by pages, and never a secret', async () => {
      const { server, admin } = await withAdmin({ databaseUrl: await database.url() })
      const secrets: string[] = []
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        const made = await sendJson(server, 'POST', url, admin, { id })
        secrets.push(made.json().client_secret)
        server.pass(10)
      }
      await sendJson(server, 'DELETE', `${url}/c`, admin)
      const first = await server.get(`${url}?limit=3`, admin)
      const next = await server.get(`${url}?limit=3&cursor=${first.json().next_cursor}`, admin)
      const ids = [...first.json().items, ...next.json().items].map(({ id }) => id)
      expect(ids).toEqual(['a', 'b', 'd', 'e'])
      expect(next.json().next_cursor).toBeNull()
      for (const secret of secrets) expect(`${first.body}${next.body}`).not.toContain(secret)
    })
  })
}

describe(url, () => {
  it('A04 answers 409 for an id that is, or was, a client’s or a user’s', async () => {
    const { server, admin } = await withAdmin()
    await sendJson(server, 'POST', url, admin, { id: 'app' })
    await sendJson(server, 'POST', url, admin, { id: 'gone' })
    await sendJson(server, 'DELETE', `${url}/gone`, admin)
    for (const id of ['app', 'APP', 'gone', 'root', 'Root', 'first-party', 'First-Party']) {
      const answer = await sendJson(server, 'POST', url, admin, { id })
      expect(answer.statusCode).toBe(409)
      expect(answer.headers['content-type']).toContain('application/problem+json')
    }
  })

  it('I07 the built-in client is not there to be changed', async () => {
    const { server, admin } = await withAdmin()
    for (const method of ['GET', 'DELETE', 'PATCH'] as const) {
      const body = method === 'PATCH' ? { disabled: true } : undefined
      const answer = await sendJson(server, method, `${url}/first-party`, admin, body)
      expect(answer.statusCode).toBe(404)
    }
  })

  it('I07 refuses what is not a client’s to be given, by 422, and changes nothing', async () => {
    const { server, admin } = await withAdmin({ scopes: 'items=See the items' })
    await sendJson(server, 'POST', url, admin, { id: 'spa', confidential: false })
    const before = (await server.get(`${url}/spa`, admin)).json()
    const bad: object[] = [
      { digest: 'x' },
      { client_secret: 'mine' },
      { state: 'enabled' },
      { created_at: 0 },
      { name: '' },
      { name: 1 },
      { name: 'a\0b' },
      { name: 'a\nb' },
      { grants: 'password' },
      { grants: ['implicit'] },
      { grants: ['client_credentials'] },
      { scopes: ['undefined-here'] },
      { scopes: ['items undefined'] },
      { scopes: [''] },
      { access_token_ttl: 0 },
      { access_token_ttl: 86_401 },
      { access_token_ttl: '60' },
      { session_ttl: 1.5 },
      { disabled: 'yes' },
    ]
    for (const body of bad) {
      const made = await sendJson(server, 'POST', url, admin, {
        id: 'new',
        confidential: false,
        ...body,
      })
      const edited = await sendJson(server, 'PATCH', `${url}/spa`, admin, body)
      for (const answer of [made, edited]) {
        expect(answer.statusCode).toBe(422)
        expect(answer.headers['content-type']).toContain('application/problem+json')
      }
    }
    for (const body of [{ id: 'other' }, { confidential: true }]) {
      expect((await sendJson(server, 'PATCH', `${url}/spa`, admin, body)).statusCode).toBe(422)
    }
    for (const body of [
      {},
      { id: '' },
      { id: 'a b' },
      { id: 'ä' },
      { id: 'x'.repeat(65) },
      { id: 1 },
      { id: 'x', disabled: true },
    ]) {
      expect((await sendJson(server, 'POST', url, admin, body)).statusCode).toBe(422)
    }
    for (const body of [{ overlap: -1 }, { overlap: 'a' }, { secret: 'mine' }, []]) {
      const answer = await sendJson(server, 'POST', `${url}/spa/secrets`, admin, body)
      expect(answer.statusCode).toBe(422)
    }
    expect((await server.get(`${url}/spa`, admin)).json()).toEqual(before)
    expect((await server.get(`${url}/new`, admin)).statusCode).toBe(404)
  })

  it('a public client has no secret to be given', async () => {
    const { server, admin } = await withAdmin()
    const made = await sendJson(server, 'POST', url, admin, { id: 'spa', confidential: false })
    expect(made.statusCode).toBe(201)
    expect(made.json()).not.toHaveProperty('client_secret')
    expect((await sendJson(server, 'POST', `${url}/spa/secrets`, admin)).statusCode).toBe(404)
  })

  it('J01 odd bodies and paths are refused in order, none by a 500', async () => {
    const { server, admin } = await withAdmin()
    const authorization = `Bearer ${admin}`
    const post = (payload: string, contentType: string) =>
      server.app.inject({
        method: 'POST',
        url,
        headers: { authorization, 'content-type': contentType },
        payload,
      })
    const statuses = [
      await post('{', 'application/json'),
      await post('id=app', 'application/x-www-form-urlencoded'),
      await post(JSON.stringify({ id: 'x'.repeat(70_000) }), 'application/json'),
      await post('null', 'application/json'),
      await post('[]', 'application/json'),
      await post('"app"', 'application/json'),
      await post('{"id":"a","id":"b","constructor":{"prototype":{}}}', 'application/json'),
    ].map(({ statusCode }) => statusCode)
    expect(statuses).toEqual([400, 415, 413, 422, 422, 422, 400])
    for (const id of ['%00', '..', '%2e%2e', '%ff', 'a%2fb', '__proto__', "'--", 'x'.repeat(300)]) {
      const { statusCode } = await server.get(`${url}/${id}`, admin)
      expect([400, 404, 414]).toContain(statusCode)
    }
  })
})
