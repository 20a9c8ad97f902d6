/** The databases that every suite about storage runs on: `for (const database of databases) describe(...)`. */

import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import type { Database } from '../src/store/database.js'
import { openDatabase, openStore, Store } from '../src/store/open.js'
import { memoryDatabase } from './memory-databases.js'
import { afterThisFile } from './remains.js'
import { type Renewal, renew, renewalOf } from './renewal.js'
import './start-postgres.js'

export interface TestDatabase {
  readonly name: 'SQLite' | 'PostgreSQL'
  /** Where a durable database is that has its tables, and nothing else; it goes away after the test file. */
  url(): Promise<string>
  /** A store on a database of its own, with its tables made; closed after the test file if not before. */
  open(): Promise<Store>
}

export const databases: readonly TestDatabase[] = [
  { name: 'SQLite', url: sqliteUrl, open: async () => opened(await memoryDatabase(Date.now)) },
  {
    name: 'PostgreSQL',
    url: postgresUrl,
    open: async () => opened(await openDatabase(await postgresUrl(), Date.now)),
  },
]

/** Where a new database is that has no tables yet, for tests that make or change them. */
export async function newUrl(engine: TestDatabase['name']): Promise<string> {
  return engine === 'SQLite' ? newFile() : newSchema()
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

function opened(database: Database): Store {
  const store = new Store(database)
  afterThisFile(() => store.close())
  return store
}

let migratedFile: Buffer | undefined

async function sqliteUrl(): Promise<string> {
  const url = await newFile()
  const path = url.slice('sqlite:'.length)
  if (migratedFile === undefined) {
    await (await openStore(url)).close()
    migratedFile = readFileSync(path)
  } else writeFileSync(path, migratedFile, { mode: 0o600 })
  return url
}

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-test-'))
  afterThisFile(() => rm(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'latchkey.db')}`
}

/** With their tables, and as new. */
const idleSchemas: string[] = []
let renewal: Renewal | undefined

/** Schemas are used by one file after the other. */
async function postgresUrl(): Promise<string> {
  const name = idleSchemas.pop() ?? (await migratedSchema())
  afterThisFile(() => takeBack(name))
  return urlOf(name)
}

async function migratedSchema(): Promise<string> {
  const name = await makeSchema()
  await onDatabase(urlOf(name), async (database) => {
    await new Store(database).migrate()
    renewal ??= await renewalOf(database)
  })
  return name
}

async function takeBack(name: string): Promise<void> {
  const isAsNew = await onDatabase(
    urlOf(name),
    async (database) => renewal !== undefined && renew(database, renewal),
  )
  if (isAsNew) idleSchemas.push(name)
  else await dropSchema(name)
}

async function newSchema(): Promise<string> {
  const name = await makeSchema()
  afterThisFile(() => dropSchema(name))
  return urlOf(name)
}

/** Making a database takes ten times as long. */
async function makeSchema(): Promise<string> {
  const name = `${inject('schemaPrefix')}${randomBytes(8).toString('hex')}`
  await administer(`create schema ${name}`)
  return name
}

function dropSchema(name: string): Promise<void> {
  return administer(`drop schema ${name} cascade`)
}

function urlOf(schema: string): string {
  const url = new URL(inject('postgresUrl'))
  url.searchParams.set('options', `-c search_path=${schema}`)
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
