/** Contract, section 6: `/admin/statistics`, held against counts of the tests' own. */

import bcrypt from 'bcrypt'
import { CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import { figuresOf } from '../src/core/measures/figures.js'
import { keptFor, spans } from '../src/core/measures/spans.js'
import type { StatisticsRecord } from '../src/core/statistics.js'
import { databases } from './databases.js'
import { Faults, type Moment } from './faulty-database.js'
import { entry, user } from './store/rows.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { refresh, send, sendJson, signedIn } from './token-requests.js'

const url = '/admin/statistics'
const minute = 60_000
const quarter = 15 * minute
const hour = 60 * minute
const day = 24 * hour
const wrong = { ...alice, password: 'not the password' }

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    it('counts what happens on all nodes, each thing once and in its step', async () => {
      const databaseUrl = await database.url()
      const [one, other] = [await node(databaseUrl), await node(databaseUrl)]
      const both = [one, other]
      other.pass(one.latchkey.clock() - other.latchkey.clock())
      for (const server of both) server.pass(quarter - (server.latchkey.clock() % quarter))
      const admin = await withAdmin(one)
      await one.addUser()
      await one.addUser({ username: 'bob' })
      await one.latchkey.users.setDisabled('bob', true, { actor: 'test' })
      await addImported(one)

      const { refresh_token: token } = await signedIn(one)
      await signedIn(other)
      await send(other, '/token', { ...alice, username: 'nobody' })
      await send(other, '/token', { ...alice, username: 'bob' })
      for (const server of both) await record(server)
      for (const server of both) server.pass(30 * minute)
      for (const server of [one, other, one]) await send(server, '/token', wrong)
      for (const server of [one, other]) await send(server, '/token', wrong)
      await send(one, '/oauth/token', { ...alice, username: 'root', scope: 'no-such-scope' })
      await signedIn(one, { username: 'imported', password: imported })
      const second = (await refresh(one, token)).json().refresh_token
      await refresh(other, token)
      const third = (await refresh(other, second)).json().refresh_token
      await refresh(one, third)
      await refresh(one, token)
      for (const server of both) await record(server)

      const { hour, day, month } = await answers(other, admin)
      for (const answer of [hour, day, month]) {
        const sums = sumsOf(answer)
        expect(sums.sign_ins, answer.span).toEqual({
          succeeded: 4,
          wrong_password: 3,
          unknown_user: 1,
          user_disabled: 1,
          no_password: 0,
          hash_unreadable: 0,
          bcrypt_too_long: 0,
          throttled: 2,
          overloaded: 0,
          other: 1,
        })
        expect(sums.refreshes).toEqual({ succeeded: 4, refused: 1, repeated: 1, reused: 1 })
        expect(sums.throttled).toMatchObject({ name: 2, network: 0 })
        expect(sums.sessions).toEqual({ ended: 1 })
        expect(sums.passwords).toEqual({ upgraded: 1 })
        // Seventeen requests for tokens, of which the admin's own is one.
        expect(sum(answer.durations.token_requests?.count)).toBe(17)
      }
      expect(places(hour.counts.sign_ins?.succeeded)).toEqual({ 29: 3, 59: 1 })
      expect(places(day.counts.sign_ins?.succeeded)).toEqual({ 93: 3, 95: 1 })
      expect(hour.peaks.sessions?.active?.[59]).toBe(hour.now.active_sessions)
    })

    it.for<Moment>(['before', 'after'])(
      'counts once what the database breaks off %s it has written',
      async (moment) => {
        const faults = new Faults()
        const server = await testServer({ databaseUrl: await database.url() }, faults.around)
        const admin = await withAdmin(server)
        await server.addUser()
        await signedIn(server)
        faults.arm(0, moment)
        await record(server)
        expect(faults.disarm()).toBe(false)
        await send(server, '/token', wrong)
        await record(server)
        const { hour } = await answers(server, admin)
        expect(sumsOf(hour).sign_ins).toMatchObject({ succeeded: 2, wrong_password: 1 })
        expect(server.log.filter((line) => line.includes('statistics can not be'))).toHaveLength(1)
      },
    )

    it('writes what was counted last when it stops, and nothing where nothing has happened', async () => {
      const databaseUrl = await database.url()
      const first = await testServer({ databaseUrl })
      await first.addUser()
      await first.signIn()
      await first.app.close()
      const server = await testServer({ databaseUrl })
      const admin = await withAdmin(server)
      await record(server)
      const { hour } = await answers(server, admin)
      expect(sumsOf(hour).sign_ins).toMatchObject({ succeeded: 2 })
      await record(server)
      await record(server)
      const before = await rowsOf(server, 'statistics_writers')
      await record(server)
      expect(await rowsOf(server, 'statistics_writers')).toEqual(before)
    })
  })
}

describe(url, () => {
  it('keeps no more rows after three months than there are steps of its spans', async () => {
    const server = await testServer()
    const { cleanUp, measures } = server.latchkey
    await cleanUp.stop()
    for (let days = 0; days < 90; days++) {
      measures.hashesReplaced.add({ format: 'bcrypt' })
      await record(server)
      server.pass(day)
      await cleanUp.run()
    }
    const rows = await rowsOf(server, 'statistics')
    const steps = new Set(rows.map(({ step, start }) => `${step} ${start}`))
    // One a day for a month, and of the shorter steps none that is older than the last day.
    expect(steps.size).toBeGreaterThanOrEqual(30)
    expect(steps.size).toBeLessThanOrEqual(31 + 2)
    expect(await rowsOf(server, 'statistics_writers')).toHaveLength(1)
    const { hashPool } = server.latchkey
    const figures = figuresOf({ measures, passwords: hashPool.measures }).size + 3
    // What is too old may stay for an hour more.
    const kept = Object.values(spans).map((span) => Math.ceil((keptFor(span) + hour) / span.step))
    expect(figures * sum(kept)).toBeLessThan(20_000)
  })

  it('is empty where nothing has happened, and as long as it should be', async () => {
    const server = await testServer()
    const admin = await withAdmin(server)
    const { hour, day, month } = await answers(server, admin)
    expect([hour.step, day.step, month.step]).toEqual([60, 900, 21_600])
    for (const [answer, points] of [
      [hour, 60] as const,
      [day, 96] as const,
      [month, 120] as const,
    ]) {
      expect(answer.counts.sign_ins?.succeeded).toEqual(Array(points).fill(0))
      expect(answer.peaks.sessions?.active).toEqual(Array(points).fill(null))
      expect(answer.durations.requests?.p99).toEqual(Array(points).fill(null))
      const last = Date.parse(answer.from) + (points - 1) * answer.step * 1000
      expect(Date.parse(answer.to) - last).toBeLessThan(answer.step * 1000)
    }
    expect((await server.get(url, admin)).json()).toEqual(hour)
  })

  it('is for admins, and for spans that there are', async () => {
    const server = await testServer()
    await server.addUser()
    const admin = await withAdmin(server)
    expect((await server.app.inject(url)).statusCode).toBe(401)
    expect((await server.get(url, await server.signIn())).statusCode).toBe(403)
    for (const query of ['span=year', 'span=', 'span=hour&span=day', 'span=toString']) {
      expect((await server.get(`${url}?${query}`, admin)).statusCode, query).toBe(422)
    }
    const posted = await sendJson(server, 'POST', url, admin, {})
    expect([posted.statusCode, posted.headers.allow]).toEqual([405, 'GET'])
    expect((await server.get(url, admin)).headers['cache-control']).toBe('no-store')
  })
})

const imported = 'a password of long ago'

function node(databaseUrl: string): Promise<TestServer> {
  return testServer({ databaseUrl, failuresPerName: '3/1h' })
}

async function withAdmin(server: TestServer): Promise<string> {
  await server.addUser({ username: 'root', scopes: ['admin'] })
  return (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
}

async function addImported(server: TestServer): Promise<void> {
  const row = user({ username: 'imported', username_key: 'imported' })
  await server.latchkey.store.users.create(row, await bcrypt.hash(imported, 4), entry())
}

async function rowsOf(server: TestServer, table: string): Promise<Record<string, unknown>[]> {
  return server.read(CompiledQuery.raw(`select * from ${table}`))
}

/** What the clock does each ten seconds. */
function record(server: TestServer): Promise<void> {
  return server.latchkey.statisticsRecorder.now()
}

async function answers(server: TestServer, admin: string) {
  const of = async (span: string) => {
    const answer = await server.get(`${url}?span=${span}`, admin)
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json<StatisticsRecord>()
  }
  return { hour: await of('hour'), day: await of('day'), month: await of('month') }
}

function sum(numbers: readonly number[] = []): number {
  return numbers.reduce((all, each) => all + each, 0)
}

function sumsOf({ counts }: StatisticsRecord): Record<string, Record<string, number>> {
  const each = (names: Record<string, number[]>) =>
    Object.fromEntries(Object.entries(names).map(([name, numbers]) => [name, sum(numbers)]))
  return Object.fromEntries(Object.entries(counts).map(([group, names]) => [group, each(names)]))
}

/** Where there is anything, and how much. */
function places(numbers: readonly number[] = []): Record<number, number> {
  return Object.fromEntries([...numbers.entries()].filter(([, number]) => number > 0))
}
