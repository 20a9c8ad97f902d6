/** A new index of a table that is in use: nobody has to wait for it, and a half-made one is made anew. */

import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { newUrl } from '../databases.js'
import { makeKnown } from './known.js'
import { entry, session } from './rows.js'

const INDEX = 'sessions_created_at'
const MIGRATION = '0008-sessions-by-age'

describe('on PostgreSQL, the index of a table with rows', () => {
  it('is made while others write, and waits for what was under way before', async () => {
    const { url, known, client } = await unindexed()
    const store = await openStore(url, { migrate: false })
    onTestFinished(() => store.close())
    await client.query('begin')
    await client.query('update sessions set last_used_at = last_used_at where id = $1', [
      known.sessions[0],
    ])
    const migrated = store.migrate()
    await vi.waitFor(async () => expect(await waiting(url)).toEqual([true]), { timeout: 20_000 })
    const opened = session(known.user.id, { password_at: known.now })
    await store.sessions.open(opened, known.user.scopes, entry())
    expect(await store.sessions.advance(known.sessions[1], 0)).toBe(true)
    await client.query('commit')
    expect(await migrated).toContain(MIGRATION)
    expect(await definition(client)).toEqual(VALID)
  })

  it('is made anew where its making was interrupted', async () => {
    const { url, client } = await unindexed()
    const unfinished = `create unique index concurrently ${INDEX} on sessions (user_id)`
    await expect(client.query(unfinished)).rejects.toMatchObject({ code: '23505' })
    expect(await definition(client)).toMatchObject({ indisvalid: false })
    const store = await openStore(url)
    await store.close()
    expect(await definition(client)).toEqual(VALID)
  })

  it('is left alone where somebody has made it beforehand', async () => {
    const { url, client } = await unindexed()
    await client.query(`create index ${INDEX} on sessions (created_at, id)`)
    const { rows: before } = await client.query('select $1::regclass::oid as id', [INDEX])
    const store = await openStore(url)
    await store.close()
    expect((await client.query('select $1::regclass::oid as id', [INDEX])).rows).toEqual(before)
  })
})

const VALID = { indisvalid: true, columns: '(created_at, id)' }

/** A database of the release before, with sessions in it. */
async function unindexed() {
  const url = await newUrl('PostgreSQL')
  const known = await makeKnown(url)
  const client = new pg.Client(url)
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(`drop index ${INDEX}`)
  await client.query('delete from migrations where name >= $1', [MIGRATION])
  return { url, known, client }
}

/** Of those who make an index here, whether they wait for others. */
async function waiting(url: string): Promise<boolean[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ waits: boolean }>(
      `select wait_event_type is not distinct from 'Lock' as waits from pg_stat_activity
       where application_name = 'latchkey migrate'
         and pid in (select pid from pg_locks where relation = 'sessions'::regclass)`,
    )
    return rows.map(({ waits }) => waits)
  } finally {
    await client.end()
  }
}

async function definition(client: pg.Client) {
  const { rows } = await client.query<{ indisvalid: boolean; columns: string }>(
    `select indisvalid, substring(pg_get_indexdef(indexrelid) from '\\(.*\\)') as columns
     from pg_index where indexrelid = $1::regclass`,
    [INDEX],
  )
  return rows[0]
}
