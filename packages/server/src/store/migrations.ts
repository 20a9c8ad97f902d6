/**
 * Brings the tables to what this version of the code expects, one process at a time. A migration that
 * was killed is finished by the next start: it is one transaction with its row in `migrations`, but
 * for the indexes of tables that grow, or, on engines that can't have that, run again from its first
 * statement, which leaves alone what is there already (M10).
 */

import { type CompiledQuery, type Kysely, type SchemaModule, sql } from 'kysely'
import { Refusal } from '../errors.js'
import type { Database, NewIndex } from './database.js'
import {
  type LockTimes,
  type MigrationLock,
  makeTable,
  takeMigrationLock,
  takenOver,
} from './migration-lock.js'
import { start } from './migrations/0001-start.js'
import { sessionsThatLast } from './migrations/0002-sessions-that-last.js'
import { keysThatChange } from './migrations/0003-keys-that-change.js'
import { statusLists } from './migrations/0004-status-lists.js'
import { cleanUp } from './migrations/0007-clean-up.js'
import { sessionsByAge } from './migrations/0008-sessions-by-age.js'
import { accounts } from './migrations/0009-accounts.js'
import { auditSeals, auditSealsInOrder } from './migrations/0010-audit-seals.js'
import { ownData } from './migrations/0012-own-data.js'
import { userParts } from './migrations/0014-user-parts.js'
import { userImports } from './migrations/0015-user-imports.js'
import { disabledUsers } from './migrations/0016-disabled-users.js'
import { attempts } from './migrations/0017-attempts.js'
import { statistics } from './migrations/0018-statistics.js'
import type { MigrationRow, Schema } from './schema.js'

export interface Migration {
  readonly name: string
  /**
   * What the code of before would do wrong on these tables. Without it that code goes on, and a
   * migration may only add: tables, indexes, and columns that may be left out of an insert.
   */
  readonly breaks?: string
  /**
   * Of tables that grow. They are made first, and each by itself: whoever serves goes on writing
   * meanwhile, and where that is interrupted those that are there stay.
   */
  readonly indexes?: readonly NewIndex[]
  /** Each may be run again after a part of them. */
  statements(schema: SchemaModule, build: Kysely<Schema>): CompiledQuery[]
}

export interface MigrationState {
  name: string
  applied: boolean
  /** A later version has applied it; this one does not know it, and does not mind. */
  newer?: true
}

export interface MigrationOptions extends Partial<LockTimes> {
  onApplied?: (name: string, milliseconds: number) => void
  /** Told of migrations that this version does not know, and that leave it usable. */
  onNewer?: (names: string[]) => void
}

/** Every migration that this version knows, in order. Those released are never changed. */
export const MIGRATIONS: readonly Migration[] = [
  start,
  sessionsThatLast,
  keysThatChange,
  statusLists,
  cleanUp,
  sessionsByAge,
  accounts,
  auditSeals,
  auditSealsInOrder,
  ownData,
  userParts,
  userImports,
  disabledUsers,
  attempts,
  statistics,
]

/** @throws Refusal where the database has migrations which this version neither knows nor fits. */
export async function migrationStates(
  database: Database,
  known = MIGRATIONS,
): Promise<MigrationState[]> {
  const rows = await appliedRows(database)
  const names = new Set(known.map(({ name }) => name))
  const newer = rows.filter(({ name }) => !names.has(name))
  refuseUnfit(newer, known)
  const applied = new Set(rows.map(({ name }) => name))
  return [
    ...known.map(({ name }) => ({ name, applied: applied.has(name) })),
    ...newer.map(({ name }) => ({ name, applied: true, newer: true as const })),
  ]
}

/**
 * Applies what is missing, and writes nothing where nothing is. Answers the names of those that this
 * call applied.
 */
export async function migrate(
  database: Database,
  known = MIGRATIONS,
  options: MigrationOptions = {},
): Promise<string[]> {
  const states = await migrationStates(database, known)
  const newer = states.filter((state) => state.newer).map(({ name }) => name)
  if (newer.length > 0) options.onNewer?.(newer)
  if (states.every(({ applied }) => applied)) return []
  await makeMigrationsTable(database)
  const lock = await takeMigrationLock(database, { ...TIMES, ...options })
  try {
    return await applyPending(database, known, lock, options)
  } finally {
    await lock.release()
  }
}

/** An index of ten million rows takes some minutes. */
const TIMES: LockTimes = { lease: 30_000, patience: 10 * 60_000 }

async function appliedRows(
  database: Database,
): Promise<Pick<MigrationRow, 'name' | 'usable_by'>[]> {
  if (!(await database.hasTable('migrations'))) return []
  return database.read(
    database.build.selectFrom('migrations').select(['name', 'usable_by']).orderBy('name').compile(),
  )
}

function refuseUnfit(
  newer: readonly Pick<MigrationRow, 'name' | 'usable_by'>[],
  known: readonly Migration[],
): void {
  const latest = known.at(-1)?.name ?? ''
  const unfit = newer.filter(({ usable_by }) => usable_by > latest).map(({ name }) => name)
  if (unfit.length === 0) return
  throw new Refusal('storage_unavailable', {
    message: `The database was made by a newer version of Latchkey (it has ${unfit.join(', ')}): run that version, or an even newer one.`,
  })
}

async function makeMigrationsTable(database: Database): Promise<void> {
  const query = database.build.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .addColumn('usable_by', 'text', (column) => column.notNull())
    .compile()
  await makeTable(database, 'migrations', query)
}

/** Others may have been at it while this process waited. */
async function applyPending(
  database: Database,
  known: readonly Migration[],
  lock: MigrationLock,
  { onApplied }: MigrationOptions,
): Promise<string[]> {
  const states = await migrationStates(database, known)
  const done: string[] = []
  for (const [index, migration] of known.entries()) {
    if (states[index]?.applied) continue
    const begun = performance.now()
    await apply(database, migration, usableBy(known.slice(0, index + 1)), lock)
    onApplied?.(migration.name, Math.round(performance.now() - begun))
    done.push(migration.name)
  }
  return done
}

/** The oldest migration whose code can use the tables: the last that broke the code of before. */
function usableBy(upTo: readonly Migration[]): string {
  return (upTo.findLast(({ breaks }) => breaks !== undefined) ?? upTo[0])?.name ?? ''
}

async function apply(
  database: Database,
  migration: Migration,
  usable_by: string,
  lock: MigrationLock,
): Promise<void> {
  for (const index of migration.indexes ?? []) {
    await lock.assertHeld()
    await database.makeIndex(index)
  }
  const applied_at = sql<number>`${database.now()}`
  const row = database.build
    .insertInto('migrations')
    .values({ name: migration.name, applied_at, usable_by })
    .compile()
  const changes = migration
    .statements(database.build.schema, database.build)
    .map((query) => ({ query }))
  for (const step of database.altersAtOnce ? [] : changes) {
    await lock.assertHeld()
    await database.alter([step])
  }
  const last = [lock.stillHeld(), ...(database.altersAtOnce ? changes : []), { query: row }]
  const outcome = await database.alter(last)
  if (!outcome.done) throw takenOver()
}
