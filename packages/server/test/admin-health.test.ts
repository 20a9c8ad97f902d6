/** `/admin/health` and `/admin/scopes`: what the server says of itself. */

import { randomBytes } from 'node:crypto'
import { CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../src/core/examination.js'
import { openDatabase } from '../src/store/open.js'
import { databases } from './databases.js'
import { type TestServer, testServer } from './test-server.js'
import { addClient, signedIn } from './token-requests.js'

const url = '/admin/health'

async function adminOf(server: TestServer): Promise<string> {
  await server.addUser({ username: 'root', scopes: ['admin'] })
  return (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
}

async function findingsOf(server: TestServer, admin: string): Promise<Map<string, Finding>> {
  // What was found before is not found again for a few seconds.
  server.pass(6_000)
  const { findings }: { findings: Finding[] } = (await server.get(url, admin)).json()
  return new Map(findings.map((each) => [each.check, each]))
}

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    it('says what doctor would, of the server that runs', async () => {
      const secretKey = randomBytes(32).toString('hex')
      const server = await testServer({ databaseUrl: await database.url(), secretKey })
      const admin = await adminOf(server)
      const answer = await server.get(url, admin)
      expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-store'])
      expect(answer.json()).toMatchObject({
        examined_at: expect.stringMatching(/Z$/),
        version: expect.stringMatching(/^\d/),
        node: process.version,
        uptime: expect.any(Number),
        database: { engine: database.name, bytes: expect.any(Number) },
        left_out: expect.arrayContaining([expect.stringMatching(/^Seals of the audit log before/)]),
      })
      expect(answer.json().database.bytes).toBeGreaterThan(100_000)
      const found = new Map<string, Finding>(
        answer.json().findings.map((each: Finding) => [each.check, each]),
      )
      for (const check of ['signing keys', 'password hashing', `${database.name} migrations`]) {
        expect(found.get(check), check).toMatchObject({ verdict: 'holds' })
      }
      expect(found.get('settings')).toMatchObject({
        verdict: 'advises',
        detail: expect.any(String),
        remedy: expect.any(String),
      })
      for (const { verdict, check, remedy } of found.values()) {
        if (verdict !== 'holds') expect(remedy, check).toEqual(expect.any(String))
      }
      // It reads the whole file while nothing else is answered.
      expect(found.has('SQLite integrity')).toBe(false)
      expect(answer.body).not.toContain(secretKey)
    })

    it('K04 finds an entry of the audit log that was changed, in its newest seals', async () => {
      const databaseUrl = await database.url()
      const server = await testServer({ databaseUrl })
      const admin = await adminOf(server)
      await server.latchkey.audit.sealer.run()
      expect((await findingsOf(server, admin)).get('audit log')).toMatchObject({ verdict: 'holds' })
      const other = await openDatabase(databaseUrl, Date.now)
      const change = `update audit set address = '192.0.2.1' where event = 'sign_in'`
      await other.write([{ query: CompiledQuery.raw(change) }]).finally(() => other.close())
      expect((await findingsOf(server, admin)).get('audit log')).toMatchObject({
        verdict: 'fails',
        detail: expect.stringMatching(/entry \S+ was changed$/),
      })
    })
  })
}

describe(url, () => {
  it('says that a mail server does not answer, and shows no password', async () => {
    const server = await testServer({
      smtpUrl: 'smtp://me:hunter2@127.0.0.1:1',
      mailFrom: 'no-reply@example.com',
    })
    const admin = await adminOf(server)
    const answer = await server.get(url, admin)
    expect(answer.body).not.toContain('hunter2')
    const mail = answer.json().findings.find(({ check }: Finding) => check === 'mail')
    expect(mail).toMatchObject({
      verdict: 'fails',
      detail: expect.stringMatching(/127\.0\.0\.1/),
      remedy: expect.stringMatching(/docs\/mail\.md/),
    })
  })

  it('is for admins, takes no other method, and looks again only after a while', async () => {
    const server = await testServer()
    const admin = await adminOf(server)
    await server.addUser()
    const user = await server.signIn()
    for (const path of [url, '/admin/scopes']) {
      expect((await server.app.inject(path)).statusCode).toBe(401)
      expect((await server.get(path, user)).statusCode).toBe(403)
      const headers = { authorization: `Bearer ${admin}` }
      const deleted = await server.app.inject({ method: 'DELETE', url: path, headers })
      expect([deleted.statusCode, deleted.headers.allow]).toEqual([405, 'GET'])
    }
    const first = (await server.get(url, admin)).json().examined_at
    server.pass(1_000)
    expect((await server.get(url, admin)).json().examined_at).toBe(first)
    server.pass(5_000)
    expect((await server.get(url, admin)).json().examined_at).not.toBe(first)
  })
})

describe('/admin/scopes', () => {
  it('tells what each scope allows, and who may have it', async () => {
    const server = await testServer({
      scopes: 'items:read=See the items; items:write=Change them',
      newUserScopes: 'items:read',
    })
    const admin = await adminOf(server)
    await addClient(server, 'shop', { scopes: ['items:read'], grants: ['password'] })
    const answer = (await server.get('/admin/scopes', admin)).json()
    expect(answer.first_party).toBe(true)
    const usual = {
      built_in: false,
      only_by_name: false,
      of_everybody: false,
      of_new_users: false,
      clients: [],
      clients_are_all: true,
    }
    expect(answer.items).toEqual([
      { ...usual, name: 'account', allows: expect.any(String), built_in: true, of_everybody: true },
      { ...usual, name: 'admin', allows: expect.any(String), built_in: true, only_by_name: true },
      {
        ...usual,
        name: 'introspect',
        allows: expect.any(String),
        built_in: true,
        only_by_name: true,
      },
      {
        ...usual,
        name: 'items:read',
        allows: 'See the items',
        of_new_users: true,
        clients: ['shop'],
      },
      { ...usual, name: 'items:write', allows: 'Change them' },
    ])
  })

  it('names those that a client was given where none are defined', async () => {
    const server = await testServer({})
    const admin = await adminOf(server)
    await addClient(server, 'shop', { scopes: ['anything'], grants: ['password'] })
    const { items } = (await server.get('/admin/scopes', admin)).json()
    expect(items.at(-1)).toMatchObject({ name: 'anything', allows: null, clients: ['shop'] })
  })
})
