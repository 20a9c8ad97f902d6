import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { newUrl } from '../databases.js'
import { entry, session, user } from './rows.js'

describe('connections to PostgreSQL', () => {
  it('stay where one statement was cancelled', async () => {
    const { url, store, other, owner } = await opened('cancelled')
    await Promise.all([store.ping(), store.ping(), store.ping()])
    const before = await pids(other, 'cancelled')
    const holder = await connected(
      url.replace('application_name=cancelled', 'application_name=holder'),
    )
    await holder.query('begin')
    await holder.query('update users set disabled = 1 where id = $1', [owner.id])
    const opening = store.sessions.open(session(owner.id), '', entry())
    const refused = expect(opening).rejects.toMatchObject({ code: 'storage_unavailable' })
    await expect.poll(() => cancelWaiting(other, 'cancelled'), { timeout: 2_500 }).toBe(1)
    await refused
    await holder.query('rollback')
    await holder.end()
    expect(await pids(other, 'cancelled')).toEqual(before)
    expect(await store.sessions.open(session(owner.id), '', entry())).toBe(true)
  })

  it('M05 go together where one meets a server that only reads', async () => {
    const { store, other, owner, role } = await opened('replaced')
    await other.query(`alter role ${role} set default_transaction_read_only = on`)
    await terminate(other, 'replaced')
    await expect
      .poll(() =>
        store.ping().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    await Promise.all([store.ping(), store.ping(), store.ping()])
    await other.query(`alter role ${role} reset default_transaction_read_only`)
    const open = () => store.sessions.open(session(owner.id), '', entry())
    await expect(open()).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringMatching(/^The database only reads: /),
    })
    expect(await open()).toBe(true)
  })
})

describe('refreshes that are put to PostgreSQL together', () => {
  it('do not wait for the one whose session somebody holds', async () => {
    const { url, store, owner } = await opened('gathered')
    const [held, free, others] = [session(owner.id), session(owner.id), session(owner.id)]
    for (const row of [held, free, others]) await store.sessions.open(row, '', entry())
    const holder = await connected(url)
    await holder.query('begin')
    await holder.query('select 1 from sessions where id = $1 for update', [held.id])
    const waiting = store.sessions.advance(held.id, 0)
    const together = [free, others].map(({ id }) => store.sessions.advance(id, 0))
    expect(await Promise.all(together)).toEqual([true, true])
    expect(await store.sessions.find(held.id)).toMatchObject({ counter: 0 })
    await holder.query('commit')
    await holder.end()
    expect(await waiting).toBe(true)
  })
})

/** A store as a role of its own, with a user in it, and a connection of the test's. */
async function opened(applicationName: string) {
  const other = await connected(inject('postgresUrl'))
  const role = `latchkey_test_${randomBytes(8).toString('hex')}`
  await other.query(`create role ${role} superuser login`)
  const url = new URL(await newUrl('PostgreSQL'))
  url.username = role
  url.searchParams.set('application_name', applicationName)
  const store = await openStore(url.href)
  onTestFinished(async () => {
    await store.close()
    await other.query(`drop owned by ${role} cascade`)
    await other.query(`drop role ${role}`)
    await other.end()
  })
  const owner = user()
  await store.users.create(owner, 'hash', entry())
  return { url: url.href, store, other, owner, role }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  await client.connect()
  return client
}

async function pids(client: pg.Client, applicationName: string): Promise<number[]> {
  const query = 'select pid from pg_stat_activity where application_name = $1 order by pid'
  return (await client.query(query, [applicationName])).rows.map(({ pid }) => pid)
}

/** @returns how many statements it has cancelled: those that wait for a lock */
async function cancelWaiting(client: pg.Client, applicationName: string): Promise<number | null> {
  const query =
    "select pg_cancel_backend(pid) from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'"
  return (await client.query(query, [applicationName])).rowCount
}

async function terminate(client: pg.Client, applicationName: string): Promise<void> {
  const query = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1'
  await client.query(query, [applicationName])
}
