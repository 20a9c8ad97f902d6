/**
 * Brings the tables to what this version of the code expects. Each migration is one transaction
 * together with its row in `migrations`, so that a killed process leaves it done or not begun,
 * and of two processes that start at once one does it and the other goes on (M10).
 */

import type { CompiledQuery, Kysely, SchemaModule } from 'kysely'
import { Refusal } from '../errors.js'
import type { Database } from './database.js'
import { start } from './migrations/0001-start.js'
import { sessionsThatLast } from './migrations/0002-sessions-that-last.js'
import { keysThatChange } from './migrations/0003-keys-that-change.js'
import { statusLists } from './migrations/0004-status-lists.js'
import type { Schema } from './schema.js'

export interface Migration {
  readonly name: string
  statements(schema: SchemaModule, build: Kysely<Schema>): CompiledQuery[]
}

export interface MigrationState {
  name: string
  applied: boolean
}

/** Every migration that this version knows, in order. Those released are never changed. */
const MIGRATIONS: readonly Migration[] = [start, sessionsThatLast, keysThatChange, statusLists]

/** @throws Refusal where the database has migrations that this version does not know. */
export async function migrationStates(
  database: Database,
  known = MIGRATIONS,
): Promise<MigrationState[]> {
  const applied = await appliedNames(database)
  refuseNewer(applied, known)
  return known.map(({ name }) => ({ name, applied: applied.has(name) }))
}

/** Applies what is missing. Answers the names of those that this call applied. */
export async function migrate(database: Database, known = MIGRATIONS): Promise<string[]> {
  const states = await migrationStates(database, known)
  const pending = known.filter((_, index) => !states[index]?.applied)
  if (pending.length > 0) await makeMigrationsTable(database)
  const done: string[] = []
  for (const migration of pending) {
    if (await apply(database, migration)) done.push(migration.name)
  }
  return done
}

async function appliedNames(database: Database): Promise<Set<string>> {
  if (!(await database.hasTable('migrations'))) return new Set()
  const query = database.build.selectFrom('migrations').select('name').compile()
  return new Set((await database.read(query)).map((row) => row.name))
}

function refuseNewer(applied: ReadonlySet<string>, known: readonly Migration[]): void {
  const names = new Set(known.map((migration) => migration.name))
  const newer = [...applied].filter((name) => !names.has(name))
  if (newer.length === 0) return
  throw new Refusal('storage_unavailable', {
    message: `The database was made by a newer version of Latchkey (it has ${newer.join(', ')}): run that version, or an even newer one.`,
  })
}

async function makeMigrationsTable(database: Database): Promise<void> {
  const query = database.build.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .compile()
  try {
    await database.write([{ query }])
  } catch (error) {
    // PostgreSQL lets one of two fail that make a table at the same moment, IF NOT EXISTS or not.
    if (!(await database.hasTable('migrations'))) throw error
  }
}

/** False where another process applied it first: its row is waited for, and then in the way. */
async function apply(database: Database, migration: Migration): Promise<boolean> {
  const row = database.build
    .insertInto('migrations')
    .values({ name: migration.name, applied_at: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .compile()
  const statements = migration
    .statements(database.build.schema, database.build)
    .map((query) => ({ query }))
  const outcome = await database.alter([{ query: row, requires: 1 }, ...statements])
  return outcome.done
}
