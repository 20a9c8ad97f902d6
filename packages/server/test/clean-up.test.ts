/** What nothing needs any more goes, in small steps, and nothing else does. */

import { describe, expect, it } from 'vitest'
import { openDatabase } from '../src/store/open.js'
import type { Instant, Schema } from '../src/store/schema.js'
import { databases } from './databases.js'
import { client, clientSecret, entry, session, user } from './store/rows.js'
import { alice, type TestServer, testServer } from './test-server.js'

const minute = 60_000
const day = 24 * 60 * minute
/** Longer than any rest between two steps, and between two passes. */
const rest = 61 * minute

for (const database of databases) {
  describe(`the clean-up on ${database.name}`, () => {
    async function served(settings = {}, url?: string) {
      const databaseUrl = url ?? (await database.url())
      const server = await testServer({ databaseUrl, ...settings })
      await server.latchkey.cleanUp.stop()
      await server.latchkey.audit.sealer.stop()
      const direct = await openDatabase(databaseUrl, Date.now)
      return { server, databaseUrl, count: counter(direct), close: () => direct.close() }
    }

    it('E06 takes what is dead, however it died, and nothing that lives', async () => {
      const { server, count, close } = await served({ refreshIdleTtl: '10d', sessionTtl: '40d' })
      await server.addUser()
      const [idle, ended, used] = [await pair(server), await pair(server), await pair(server)]
      await server.postForm('/revoke', { token: ended.refresh_token })
      server.pass(9 * day)
      const renewed = await refreshed(server, used)
      server.pass(2 * day)
      await pass(server)
      // One is idle, one has ended more than a token's life ago.
      expect(await count('sessions')).toBe(1)
      expect(await errorOf(server, idle)).toBe('invalid_grant')
      expect(await errorOf(server, ended)).toBe('invalid_grant')
      for (const token of [idle.refresh_token, ended.refresh_token, ended.access_token]) {
        const { introspection } = server.latchkey
        expect(await introspection.describe(token, 'may_ask_about_all')).toEqual({ active: false })
      }
      expect(await refreshed(server, renewed)).toHaveProperty('access_token')
      // An older token than the one before is a theft still, and ends the session.
      expect(await errorOf(server, used)).toBe('invalid_grant')
      expect(await errorOf(server, renewed)).toBe('invalid_grant')
      await close()
    })

    it('holds tables to what is alive, over weeks of sign-ins, refreshes and sign-outs', async () => {
      const { server, count, close } = await served({
        refreshIdleTtl: '2d',
        sessionTtl: '4d',
        auditTtl: '6d',
      })
      await server.addUser()
      const most = { sessions: 0, changes: 0, audit: 0 }
      for (let today = 0; today < 20; today++) {
        const [left, signedOut] = [await pair(server), await pair(server)]
        await refreshed(server, left)
        await server.postForm('/revoke', { token: signedOut.refresh_token })
        server.pass(day)
        await pass(server)
        for (const table of ['sessions', 'changes', 'audit'] as const) {
          most[table] = Math.max(most[table], await count(table))
        }
      }
      // At two sessions, three entries and one sign-out a day.
      expect(most.sessions).toBeLessThanOrEqual(10)
      expect(most.changes).toBeLessThanOrEqual(6)
      expect(most.audit).toBeLessThanOrEqual(28)
      await close()
    }, 60_000)

    it('keeps the audit log for ever where it is told so', async () => {
      const { server, count, close } = await served({ auditTtl: 'off', keyRotateEvery: 'off' })
      await server.addUser()
      await server.signIn()
      const before = await count('audit')
      server.pass(1_000 * day)
      await pass(server)
      expect(await count('audit')).toBe(before)
      await close()
    })

    it('takes secrets of clients that have expired, and no other', async () => {
      const { server, count, close } = await served()
      const { store } = server.latchkey
      const { id } = await created(server)
      await store.clients.addSecret(clientSecret(id), (Date.now() + day) as Instant, entry())
      await pass(server)
      expect(await count('client_secrets')).toBe(2)
      server.pass(2 * day)
      await pass(server)
      expect(await count('client_secrets')).toBe(1)
      expect((await store.clients.find(id))?.digests).toHaveLength(1)
      await close()
    })

    it('lets users be found whom a release without a search has made', async () => {
      const { server, databaseUrl, count, close } = await served()
      await server.addUser()
      const direct = await openDatabase(databaseUrl, Date.now)
      await direct.write([{ query: direct.build.deleteFrom('user_parts').compile() }])
      await pass(server)
      const parts = await count('user_parts')
      expect(parts).toBeGreaterThan(0)
      const search = async () =>
        (await server.latchkey.users.list({ search: 'lic', limit: 9 })).rows.length
      expect(await search()).toBe(1)
      // A node of before that goes on while others are replaced.
      await direct.write([{ query: direct.build.deleteFrom('user_parts').compile() }])
      expect(await search()).toBe(0)
      await pass(server)
      expect([await count('user_parts'), await search()]).toEqual([parts, 1])
      await direct.close()
      await close()
    })

    it('goes in steps, of which several servers take each one once, and says what it did', async () => {
      const one = await served()
      const two = await served({}, one.databaseUrl)
      const servers = [one.server, two.server]
      const owner = user()
      const { store } = one.server.latchkey
      await store.users.create(owner, null, entry())
      await fill(one.databaseUrl, 2_500, owner.id)
      await Promise.all(servers.map(({ latchkey }) => latchkey.cleanUp.run()))
      for (const server of servers) server.pass(rest)
      const counts: number[] = []
      while ((await one.count('sessions')) > 0) {
        await Promise.all(servers.map(({ latchkey }) => latchkey.cleanUp.run()))
        counts.push(await one.count('sessions'))
      }
      expect(counts[0]).toBeGreaterThanOrEqual(500)
      for (const server of servers) {
        server.pass(rest)
        await server.latchkey.cleanUp.run()
      }
      const lines = servers.flatMap(({ log }) =>
        log.filter((line) => line.includes('went through')),
      )
      expect(lines.map((line) => JSON.parse(line).removed)).toEqual([2_500])
      await one.close()
      await two.close()
    }, 30_000)

    it('goes on where a server was killed in the middle of a step', async () => {
      const { server, databaseUrl, count, close } = await served()
      const { store, cleanUp } = server.latchkey
      const owner = user()
      await store.users.create(owner, null, entry())
      await fill(databaseUrl, 1_500, owner.id)
      await cleanUp.run()
      server.pass(rest)
      await cleanUp.run()
      expect(await count('sessions')).toBe(500)
      // The database's clock goes on a little where the server's stands.
      server.pass(1_000)
      // Whoever takes this step is never heard of again.
      const held = await store.cleanUp.take('sessions', 30_000)
      expect(held?.position).toMatch(/./)
      await cleanUp.run()
      expect(await count('sessions')).toBe(500)
      server.pass(31_000)
      await cleanUp.run()
      expect(await count('sessions')).toBe(0)
      // The one that was thought dead changes nothing any more.
      if (held) await store.cleanUp.leave(held, { position: 'late', removed: 9, rest: 0 })
      server.pass(rest)
      expect(await store.cleanUp.take('sessions', 1)).toMatchObject({ position: '', removed: 0 })
      await close()
    })

    it('leaves a session that was used between the look and the deletion', async () => {
      const { server, count, close } = await served()
      const { store } = server.latchkey
      const owner = user()
      await store.users.create(owner, null, entry())
      const row = session(owner.id)
      await store.sessions.open(row, '', entry())
      await store.sessions.advance(row.id, 0)
      const { ids, before } = { ids: [row.id], before: (Date.now() - day) as Instant }
      expect(await store.cleanUp.forgetSessions(ids, before)).toEqual([])
      expect(await count('sessions')).toBe(1)
      await close()
    })
  })
}

interface Pair {
  access_token: string
  refresh_token: string
}

async function pair(server: TestServer): Promise<Pair> {
  return (await server.postForm('/token', { grant_type: 'password', ...alice })).json()
}

function refresh(server: TestServer, { refresh_token }: Pair) {
  return server.postForm('/token', { grant_type: 'refresh_token', refresh_token })
}

async function refreshed(server: TestServer, tokens: Pair): Promise<Pair> {
  const answer = await refresh(server, tokens)
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

async function errorOf(server: TestServer, tokens: Pair): Promise<string> {
  const answer = await server.postForm('/oauth/token', {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
  })
  return answer.json().error
}

/** One pass through every table, however many steps it takes. */
async function pass(server: TestServer): Promise<void> {
  const { cleanUp, audit } = server.latchkey
  await audit.sealer.run()
  await cleanUp.run()
  server.pass(rest)
  await cleanUp.run()
}

async function created(server: TestServer) {
  const row = client()
  await server.latchkey.store.clients.create(row, clientSecret(row.id), entry())
  return row
}

/** Sessions of years ago. */
async function fill(url: string, count: number, owner: ReturnType<typeof user>['id']) {
  const direct = await openDatabase(url, Date.now)
  const long = { created_at: 1e12 as Instant, last_used_at: 1e12 as Instant }
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: 500 }, () => session(owner, long))
    await direct.write([{ query: direct.build.insertInto('sessions').values(rows).compile() }])
  }
  await direct.close()
}

function counter(direct: Awaited<ReturnType<typeof openDatabase>>) {
  return async (table: keyof Schema): Promise<number> => {
    const query = direct.build.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('n'))
    const [row] = await direct.read(query.compile())
    return Number(row?.n)
  }
}
