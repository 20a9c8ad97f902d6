import pg from 'pg'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { lineLogger } from '../../src/cli/logger.js'
import { auditEntry } from '../../src/store/audit.js'
import type { Database } from '../../src/store/database.js'
import { migrate } from '../../src/store/migrations.js'
import { openDatabase, openStore } from '../../src/store/open.js'
import { newUrl } from '../databases.js'
import { entry, session, user } from './rows.js'

const unavailable = { code: 'storage_unavailable' }

describe('PostgreSQL', () => {
  it('is looked at for what durability needs', async () => {
    const store = await openStore(await newUrl('PostgreSQL'))
    const checks = await store.examine()
    expect(checks.map(({ check }) => check)).toEqual([
      'engine',
      'encoding',
      'fsync',
      'full_page_writes',
      'synchronous_commit',
      'standby',
      'connection',
      'clock',
      'time-outs',
      'notifications',
      'rights',
      'migrations',
    ])
    expect(checks).toContainEqual({ check: 'encoding', verdict: 'holds', detail: 'UTF8' })
    await store.close()
  })

  it('is unavailable where nobody listens, or the database is not there', async () => {
    await expect(openStore('postgres://postgres@127.0.0.1:1/x')).rejects.toMatchObject(unavailable)
    const missing = new URL(inject('postgresUrl'))
    missing.pathname = 'not_there'
    await expect(openStore(missing.href)).rejects.toMatchObject(unavailable)
  })

  it('refuses a NUL, which it can not store, and goes on', async () => {
    const store = await openStore(await newUrl('PostgreSQL'))
    const row = user({ username: 'a\0b' })
    await expect(store.users.create(row, 'hash', entry())).rejects.toThrow()
    await expect(store.users.findByUsername('a\0b')).rejects.toThrow()
    expect(await store.users.findById(row.id)).toBeUndefined()
    expect((await store.audit.list({ limit: 2 })).rows).toEqual([])
    await store.close()
  })

  it('is used again after all its connections were cut', async () => {
    const store = await openStore(`${await newUrl('PostgreSQL')}&application_name=cut`)
    await terminateConnections('cut')
    // The first use may still meet a connection that is dead; it must say so, not fail otherwise.
    await store.ping().catch((error) => expect(error).toMatchObject(unavailable))
    await store.ping()
    await store.close()
  })
})

describe('PostgreSQL, where a user is being disabled', () => {
  it('M06 waits with a new session, and then opens none', async () => {
    const url = await newUrl('PostgreSQL')
    const store = await openStore(`${url}&application_name=waiting`)
    const owner = user()
    await store.users.create(owner, 'hash', entry())
    const disabler = new pg.Client(url)
    await disabler.connect()
    await disabler.query('begin')
    await disabler.query('update users set disabled = 1 where id = $1', [owner.id])

    let settled = false
    const opening = store.sessions.open(session(owner.id), '', entry()).finally(() => {
      settled = true
    })
    while (!settled && !(await isWaitingForLock(disabler, 'waiting'))) {}
    await disabler.query('commit')
    expect(await opening).toBe(false)
    await disabler.end()
    await store.close()
  })
})

describe('PostgreSQL, where all sessions of a user are being ended', () => {
  it('E12 ends none that it has not told of, as one that is opened meanwhile', async () => {
    const url = await newUrl('PostgreSQL')
    const store = await openStore(`${url}&application_name=ending`)
    const owner = user()
    const [before, meanwhile] = [session(owner.id), session(owner.id)]
    await store.users.create(owner, 'hash', entry())
    await store.sessions.open(before, '', entry())
    // Whoever writes the same change is waited for: between the telling and the ending.
    const other = new pg.Client(url)
    await other.connect()
    await other.query('begin')
    const telling = "insert into changes values ($1, 0, 'session_ended', 'x')"
    await other.query(telling, [`session_ended:${before.id}`])

    const ending = store.sessions.endAll({ userId: owner.id, why: 'signed_out', event: entry() })
    while (!(await isWaitingForLock(other, 'ending'))) {}
    expect(await store.sessions.open(meanwhile, '', entry())).toBe(true)
    await other.query('rollback')
    await other.end()
    expect(await ending).toEqual([before.id])
    expect(await store.sessions.find(meanwhile.id)).toEqual(meanwhile)
    const { changes } = await store.changes.since({ ago: 60_000 })
    expect(changes.map(({ subject }) => subject)).toEqual([before.id])
    await store.close()
  })
})

it('K01 the log has nothing of the rows that PostgreSQL complains about', async () => {
  const store = await openStore(await newUrl('PostgreSQL'))
  const id = 'canary-7f3a'
  await store.audit.append(entry({ id }))
  const error = await store.audit.append(entry({ id })).catch((error: unknown) => error)
  await store.close()
  const lines: string[] = []
  lineLogger('info', { write: (line) => void lines.push(line) }).error({ err: error })
  expect(lines).toEqual([expect.stringContaining('duplicate key')])
  expect(lines.join('')).not.toContain(id)
})

describe('PostgreSQL runs a unit again', () => {
  let database: Database

  beforeEach(async () => {
    const options = '-c default_transaction_isolation=serializable -c deadlock_timeout=10ms'
    const url = new URL(await newUrl('PostgreSQL'))
    url.searchParams.set('options', `${url.searchParams.get('options')} ${options}`)
    database = await openDatabase(url.href, Date.now)
    await migrate(database)
    await database.write(['a', 'b'].map((id) => auditEntry(database.build, entry({ id }))))
    return () => database.close()
  })

  const rename = (id: string, event: string) => {
    const update = database.build.updateTable('audit').set({ event }).where('id', '=', id)
    return { query: update.compile(), requires: 1 }
  }

  it('that a serialization failure undid', async () => {
    const units = Array.from({ length: 5 }, (_, index) => [rename('a', String(index))])
    const outcomes = await Promise.all(units.map((unit) => database.write(unit)))
    expect(outcomes.every((outcome) => outcome.done)).toBe(true)
  })

  it('that was the victim of a deadlock', async () => {
    const units = Array.from({ length: 4 }, (_, index) => {
      const unit = [rename('a', String(index)), rename('b', String(index))]
      return index % 2 === 0 ? unit : unit.toReversed()
    })
    const outcomes = await Promise.all(units.map((unit) => database.write(unit)))
    expect(outcomes.every((outcome) => outcome.done)).toBe(true)
    const query = database.build.selectFrom('audit').select('event').distinct().compile()
    expect(await database.read(query)).toHaveLength(1)
  })

  it('and a read that was the victim of a deadlock', async () => {
    const url = new URL(await newUrl('PostgreSQL'))
    const options = `${url.searchParams.get('options')} -c deadlock_timeout=50ms`
    url.searchParams.set('options', options)
    url.searchParams.set('application_name', 'reading')
    const reader = await openDatabase(url.href, Date.now)
    await migrate(reader)
    url.searchParams.set('options', options.replace('50ms', '1min'))
    const altering = new pg.Client(url.href)
    await altering.connect()
    await altering.query('begin')
    await altering.query('lock table users in access exclusive mode')
    const joined = reader.build
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select('sessions.id')
    const read = reader.read(joined.compile())
    while (!(await isWaitingForLock(altering, 'reading'))) {}
    await altering.query('lock table sessions in access exclusive mode')
    await altering.query('commit')
    expect(await read).toEqual([])
    await altering.end()
    await reader.close()
  })
})

async function isWaitingForLock(client: pg.Client, applicationName: string): Promise<boolean> {
  // Locks, unlike pg_stat_activity, are not frozen at their first sight within a transaction.
  const query =
    'select 1 from pg_locks join pg_stat_get_activity(null) a using (pid) where not granted and a.application_name = $1'
  return (await client.query(query, [applicationName])).rows.length > 0
}

async function terminateConnections(applicationName: string): Promise<void> {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  const query = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1'
  const { rowCount } = await client.query(query, [applicationName])
  expect(rowCount).toBeGreaterThan(0)
  await client.end()
}
