/** The databases that every suite about storage runs on: `for (const database of databases) describe(...)`. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import type { Database } from '../src/store/database.js'
import { openDatabase, openStore, type Store } from '../src/store/open.js'
import { afterThisFile } from './remains.js'
import './start-postgres.js'

export interface TestDatabase {
  readonly name: 'SQLite' | 'PostgreSQL'
  /** Where a new, empty and durable database is; it goes away after the test file. */
  url(): Promise<string>
  /** A store on a database of its own, with its tables made; closed after the test file if not before. */
  open(): Promise<Store>
}

export const databases: readonly TestDatabase[] = [
  { name: 'SQLite', url: sqliteUrl, open: () => opened('sqlite::memory:') },
  { name: 'PostgreSQL', url: postgresUrl, open: async () => opened(await postgresUrl()) },
]

/** For a test of one of them alone: where a new, empty database is. */
export async function newUrl(engine: TestDatabase['name']): Promise<string> {
  return engine === 'SQLite' ? sqliteUrl() : postgresUrl()
}

/** Does something on new connections to a database. */
export async function onDatabase<Result>(
  url: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(url, Date.now)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

async function opened(url: string): Promise<Store> {
  const store = await openStore(url)
  afterThisFile(() => store.close())
  return store
}

async function sqliteUrl(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-test-'))
  afterThisFile(() => rm(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'latchkey.db')}`
}

/** A schema of its own: making a database takes ten times as long. */
async function postgresUrl(): Promise<string> {
  const name = `latchkey_test_${randomBytes(8).toString('hex')}`
  await administer(`create schema ${name}`)
  afterThisFile(() => administer(`drop schema ${name} cascade`))
  const url = new URL(inject('postgresUrl'))
  url.searchParams.set('options', `-c search_path=${name}`)
  return url.href
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client(inject('postgresUrl'))
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
