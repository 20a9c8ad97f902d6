/** An index on a table that is in use. */

import pg from 'pg'
import type { NewIndex } from '../database.js'
import type { Connections } from './connections.js'
import { storageFault } from './faults.js'

/**
 * Makes an index without keeping anybody from writing meanwhile. One that is there is left alone; one
 * whose making was interrupted is there too, but of no use, and is made anew.
 *
 * @param how `concurrently` is PostgreSQL's; engines made of it do so by themselves, and need not know the word
 */
export async function makeIndex(
  connections: Connections,
  index: NewIndex,
  how: 'concurrently' | '',
): Promise<void> {
  const found = await connections.use((client) => look(client, index))
  if (!found.hasRows && !found.isUnfinished) {
    // To make it concurrently would wait for every transaction in the database.
    await connections.use((client) => client.query(creation(index, '')))
    return
  }
  await withoutLimits(connections.url, async (client) => {
    if (found.isUnfinished) await client.query(removal(index, how))
    await client.query(creation(index, how))
  })
}

interface Found {
  hasRows: boolean
  isUnfinished: boolean
}

async function look(client: pg.ClientBase, { name, table }: NewIndex): Promise<Found> {
  const { rows } = await client.query<Found>(
    `select exists (select 1 from ${quoted(table)}) as "hasRows",
       exists (
         select 1 from pg_index join pg_class on pg_class.oid = pg_index.indexrelid
         where indrelid = to_regclass($1) and relname = $2 and not indisvalid
       ) as "isUnfinished"`,
    [table, name],
  )
  return rows[0] ?? { hasRows: true, isUnfinished: false }
}

function creation({ name, table, columns, where }: NewIndex, how: string): string {
  const list = columns.map(quoted).join(', ')
  const rows = where === undefined ? '' : ` where ${where}`
  return `create index ${how} if not exists ${quoted(name)} on ${quoted(table)} (${list})${rows}`
}

function removal({ name }: NewIndex, how: string): string {
  return `drop index ${how} if exists ${quoted(name)}`
}

/** What waits for every transaction of before, and reads a whole table, takes as long as it takes. */
async function withoutLimits(
  connectionString: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({
    connectionString,
    application_name: 'latchkey migrate',
    connectionTimeoutMillis: CONNECT,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  // One that breaks is told by its own query.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('set statement_timeout = 0')
    await client.query('set lock_timeout = 0')
    await work(client)
  } catch (error) {
    throw storageFault(error)
  } finally {
    client.end().catch(() => {})
  }
}

/** Milliseconds. */
const CONNECT = 3_000

function quoted(name: string): string {
  return pg.escapeIdentifier(name)
}
