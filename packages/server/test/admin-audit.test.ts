/** Contract, section 6: `/admin/audit`. */

import { describe, expect, it } from 'vitest'
import type { Instant, SessionId, UserId } from '../src/store/schema.js'
import { auditedServer, fill, tamper } from './audit-log.js'
import { databases, newUrl } from './databases.js'
import { entry } from './store/rows.js'
import { alice, type TestServer } from './test-server.js'
import { addClient, basic, claimsOf, refresh, send, sendJson, signedIn } from './token-requests.js'
import { readVectors, vectorsAbsent } from './vectors.js'

const url = '/admin/audit'
const exportUrl = `${url}/export`

interface Line {
  id: string
  seal: number
  cursor: string
  [member: string]: unknown
}

async function adminOf(server: TestServer): Promise<string> {
  await server.addUser({ username: 'root', scopes: ['admin'] })
  return (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
}

async function lines(server: TestServer, token: string, query = ''): Promise<Line[]> {
  const answer = await server.get(`${exportUrl}${query}`, token)
  expect(answer.statusCode, answer.body).toBe(200)
  expect(answer.headers['content-type']).toContain('application/x-ndjson')
  return parsed(answer.body)
}

function parsed(text: string): Line[] {
  if (text === '') return []
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line))
}

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    it('lists entries newest first, by pages, of a user, an event and a time', async () => {
      const server = await auditedServer(await database.url())
      const admin = await adminOf(server)
      const start = Date.now() + 10_000
      const rows = await fill(server, 12, (index) => ({
        at: (start + index * 1_000) as Instant,
        event: index % 2 === 0 ? 'even' : 'odd',
        user_id: (index % 3 === 0 ? 'three' : 'other') as UserId,
        session_id: `session${index % 4}` as SessionId,
        client_id: index < 6 ? 'early' : 'late',
      }))
      const wanted = rows.toReversed()
      const list = async (query: string) => (await server.get(`${url}?${query}`, admin)).json()
      const first = await list('limit=5')
      const second = await list(`limit=5&cursor=${first.next_cursor}`)
      expect(ids([...first.items, ...second.items])).toEqual(ids(wanted.slice(0, 10)))
      const at = (index: number) => new Date(start + index * 1_000).toISOString()
      for (const [query, fits] of [
        ['event=odd', (_: number, row: (typeof rows)[0]) => row.event === 'odd'],
        ['user_id=three', (_, row) => row.user_id === 'three'],
        ['user_id=three&event=odd', (_, row) => row.user_id === 'three' && row.event === 'odd'],
        [
          'user_id=three&session_id=session0&client_id=early',
          (index) => index % 12 === 0 && index < 6,
        ],
        [`from=${at(3)}&to=${at(7)}`, (index) => index >= 3 && index < 7],
        [`event=even&from=${at(3)}`, (index) => index >= 3 && index % 2 === 0],
        ['event=none', () => false],
      ] as [string, (index: number, row: (typeof rows)[0]) => boolean][]) {
        const fitting = rows.filter((row, index) => fits(index, row)).reverse()
        expect(ids((await list(query)).items).slice(0, 20), query).toEqual(ids(fitting))
      }
      await server.seal()
      expect((await list('limit=1')).items[0]).toEqual({
        ...wanted[0],
        at: at(11),
        detail: null,
        seal: expect.any(Number),
      })
    })

    it('exports what is sealed, each entry once and in one order, whenever one goes on', async () => {
      const server = await auditedServer(await database.url())
      const admin = await adminOf(server)
      await fill(server, 2_300)
      await server.seal()
      await fill(server, 1, () => ({ at: 5 as Instant, event: 'late' }))
      expect((await lines(server, admin)).filter(({ event }) => event === 'late')).toEqual([])
      await server.seal()
      const all = await lines(server, admin)
      expect(all.length).toBeGreaterThan(2_300)
      expect(new Set(ids(all)).size).toBe(all.length)
      expect(all.at(-1)).toMatchObject({ event: 'late', at: '1970-01-01T00:00:00.005Z' })
      expect(all.map(({ seal }) => seal)).toEqual(
        all.map(({ seal }) => seal).toSorted((a, b) => a - b),
      )
      for (const index of [0, 999, 1_000, 1_500, all.length - 1]) {
        const rest = await lines(server, admin, `?cursor=${all[index]?.cursor}`)
        expect(ids(rest)).toEqual(ids(all.slice(index + 1)))
      }
      await fill(server, 3)
      await server.seal()
      expect(await lines(server, admin, `?cursor=${all.at(-1)?.cursor}`)).toHaveLength(3)
    })

    it('exports from a time on, and of a user or an event', async () => {
      const server = await auditedServer(await database.url())
      const admin = await adminOf(server)
      const start = Date.now() + 10_000
      for (let index = 0; index < 6; index++) {
        const at = (start + index * 1_000) as Instant
        await fill(server, 2, (odd) => ({
          at,
          event: odd ? 'odd' : 'even',
          user_id: 'one' as UserId,
        }))
        await server.seal()
      }
      const from = new Date(start + 3_000).toISOString()
      const to = new Date(start + 5_000).toISOString()
      expect(await lines(server, admin, `?from=${from}`)).toHaveLength(6)
      expect(await lines(server, admin, `?from=${from}&to=${to}`)).toHaveLength(4)
      expect(await lines(server, admin, '?event=odd')).toHaveLength(6)
      expect(await lines(server, admin, `?user_id=one&event=even&from=${from}`)).toHaveLength(3)
      expect(await lines(server, admin, '?from=2999-01-01T00:00:00Z')).toEqual([])
    })

    it.skipIf(vectorsAbsent)(
      'K02 writes each entry in one line of JSON that no terminal obeys',
      async () => {
        const server = await auditedServer(await database.url())
        const admin = await adminOf(server)
        const naughty: string[] = JSON.parse(readVectors('naughty-strings/blns.json'))
        expect(naughty.length).toBeGreaterThan(200)
        await fill(server, naughty.length, (index) => {
          const text = `${naughty[index]}\r\n\u001b[2J\u2028\u202e`
          return {
            event: 'naughty',
            user_id: text as UserId,
            session_id: text as SessionId,
            client_id: text,
            actor: text,
            address: text,
            request_id: text,
            detail: JSON.stringify({ text: `${text}\0`, [text]: true }),
          }
        })
        await server.seal()
        const body = (await server.get(`${exportUrl}?event=naughty`, admin)).body
        expect(body.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
        const found = new Set(parsed(body).map(({ actor }) => actor))
        expect(found.size).toBe(new Set(naughty).size)
        for (const text of naughty) expect(found).toContain(`${text}\r\n\u001b[2J\u2028\u202e`)
        expect((await server.verify()).faults).toEqual([])
      },
    )
  })
}

describe(url, () => {
  const served = async () => auditedServer(await newUrl('SQLite'))

  it('I07 is for admins only', async () => {
    const server = await served()
    await server.addUser()
    const admin = await adminOf(server)
    const plain = (await signedIn(server)).access_token
    const notAsked = (await signedIn(server, { username: 'root' })).access_token
    const secret = await addClient(server, 'batch', {
      grants: ['client_credentials'],
      scopes: ['admin'],
    })
    const fields = { grant_type: 'client_credentials', scope: 'admin' }
    const client = (await send(server, '/oauth/token', fields, basic('batch', secret))).json()
    for (const path of [url, exportUrl]) {
      const without = await server.app.inject({ url: path })
      expect([without.statusCode, without.headers['www-authenticate']]).toEqual([401, 'Bearer'])
      for (const token of [plain, notAsked, client.access_token]) {
        expect((await server.get(path, token)).statusCode).toBe(403)
      }
      const answer = await server.get(path, admin)
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['cache-control']).toBe('no-store')
    }
    await server.latchkey.users.setDisabled('root', true, { actor: 'test' })
    for (const path of [url, exportUrl])
      expect((await server.get(path, admin)).statusCode).toBe(401)
  })

  it('is read only: other methods answer 405, and HEAD reads nothing', async () => {
    const server = await served()
    const admin = await adminOf(server)
    await server.seal()
    for (const path of [url, exportUrl]) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const answer = await server.app.inject({ method, url: path })
        expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET'])
      }
      const headers = { authorization: `Bearer ${admin}` }
      const head = await server.app.inject({ method: 'HEAD', url: path, headers })
      expect([head.statusCode, head.body]).toEqual([200, ''])
    }
  })

  it('refuses bad fields by 422', async () => {
    const server = await served()
    const admin = await adminOf(server)
    const { next_cursor: listCursor } = (await server.get(`${url}?limit=1`, admin)).json()
    await server.seal()
    const [line] = await lines(server, admin)
    for (const query of [
      `${url}?limit=0`,
      `${url}?limit=x`,
      `${url}?cursor=x`,
      `${url}?cursor=${line?.cursor}`,
      `${url}?event=`,
      `${url}?event=A`,
      `${url}?event=a&event=b`,
      `${url}?user_id=%00`,
      `${url}?from=yesterday`,
      `${url}?from=2026-13-01T00:00:00Z`,
      `${url}?to=2026-01-01`,
      `${url}?session_id=a`,
      `${url}?client_id=a`,
      `${exportUrl}?cursor=`,
      `${exportUrl}?cursor=x`,
      `${exportUrl}?cursor=${listCursor}`,
      `${exportUrl}?cursor=${line?.cursor}%3D`,
      `${exportUrl}?cursor=${Buffer.from("1:1:' or 1=1").toString('base64url')}`,
      `${exportUrl}?cursor=${'a'.repeat(300)}`,
      `${exportUrl}?from=1`,
      `${exportUrl}?user_id=%0a`,
    ]) {
      const answer = await server.get(query, admin)
      expect([query, answer.statusCode]).toEqual([query, 422])
      expect(answer.json()).toMatchObject({ status: 422, detail: expect.any(String) })
    }
  })

  it('shows an entry whose detail somebody has broken as it is', async () => {
    const server = await served()
    const admin = await adminOf(server)
    const row = entry({ event: 'broken', detail: '{"a":1}' })
    await server.latchkey.store.audit.append(row)
    await tamper(server, `update audit set detail = '{"a' where id = '${row.id}'`)
    const { items } = (await server.get(`${url}?event=broken`, admin)).json()
    expect(items).toEqual([expect.objectContaining({ id: row.id, detail: '{"a' })])
  })

  it('K03 says who did what, from where and in which request', async () => {
    const server = await served()
    await server.addUser()
    const admin = await adminOf(server)
    const first = await signedIn(server)
    const { sub } = claimsOf(first.access_token)
    const second = await refresh(server, first.refresh_token)
    await refresh(server, second.json().refresh_token)
    await refresh(server, first.refresh_token)
    await send(server, '/token', { ...alice, password: 'wrong' })
    const { access_token: mine } = await signedIn(server)
    const passwords = { current_password: alice.password, new_password: 'a wholly other sentence' }
    await sendJson(server, 'POST', '/users/me/password', mine, passwords)
    await sendJson(server, 'PATCH', `/admin/users/${sub}`, admin, { scopes: ['a'] })
    await sendJson(server, 'PATCH', `/admin/users/${sub}`, admin, { disabled: true })
    await sendJson(server, 'PATCH', `/admin/users/${sub}`, admin, { disabled: false })
    const made = await sendJson(server, 'POST', '/admin/clients', admin, {
      id: 'batch',
      grants: ['client_credentials'],
    })
    await sendJson(server, 'PATCH', '/admin/clients/batch', admin, { name: 'Batch' })
    const secret = made.json().client_secret
    const grant = { grant_type: 'client_credentials' }
    const token = await send(server, '/oauth/token', grant, basic('batch', secret))
    const own = { token: token.json().access_token }
    expect((await send(server, '/revoke', own, basic('batch', secret))).statusCode).toBe(200)
    await sendJson(server, 'POST', '/admin/keys', admin, {})
    await sendJson(server, 'DELETE', `/admin/sessions?user_id=${sub}`, admin)
    await sendJson(server, 'DELETE', `/admin/users/${sub}`, admin)

    const { items } = (await server.get(`${url}?limit=200`, admin)).json<{ items: Line[] }>()
    expect(new Set(items.map(({ event }) => event))).toEqual(
      new Set([
        'settings_changed',
        'user_created',
        'sign_in',
        'sign_in_failed',
        'refresh_reused',
        'session_ended',
        'password_changed',
        'user_scopes_changed',
        'user_disabled',
        'user_enabled',
        'client_created',
        'client_changed',
        'client_token',
        'token_ended',
        'key_created',
        'key_rotated',
        'user_deleted',
      ]),
    )
    for (const item of items.filter(({ actor }) => actor !== 'system' && actor !== 'test')) {
      expect(item).toMatchObject({ address: '127.0.0.1', request_id: expect.stringMatching(/./) })
      expect(item.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    }
    const { sub: root } = claimsOf(admin)
    for (const event of ['user_disabled', 'client_created', 'key_rotated', 'user_deleted']) {
      expect(items.find((item) => item.event === event)).toMatchObject({ actor: `user:${root}` })
    }
  })
})

describe('the settings in the audit log', () => {
  it('K03 are written down when a server starts with others, once, without secrets', async () => {
    const databaseUrl = await newUrl('SQLite')
    const changes = async (server: TestServer) =>
      (await server.latchkey.store.audit.list({ limit: 50, event: 'settings_changed' })).rows
    const first = await auditedServer(databaseUrl)
    const [entry, ...more] = await changes(first)
    expect(more).toEqual([])
    expect(entry).toMatchObject({ actor: 'system', request_id: null })
    expect(JSON.parse(entry?.detail ?? '')).toMatchObject({
      issuer: 'http://127.0.0.1:8000',
      accessTokenTtl: 1_800,
      passwordGrant: true,
      registration: 'closed',
    })
    expect(entry?.detail).not.toMatch(/secret|sqlite/i)
    await auditedServer(databaseUrl)
    expect(await changes(first)).toHaveLength(1)
    const others = { accessTokenTtl: '5m', corsOrigins: 'https://app.example.com' }
    const all = await Promise.all([1, 2, 3].map(() => auditedServer(databaseUrl, others)))
    expect(await changes(first)).toHaveLength(2)
    for (const { latchkey } of all) await latchkey.audit.sealer.run()
    await auditedServer(databaseUrl)
    expect(await changes(first)).toHaveLength(3)
    expect((await first.verify()).faults).toEqual([])
  })
})
