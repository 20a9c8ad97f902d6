/**
 * One process at a time changes the tables, wherever they are: it holds a row for a while, by the
 * database's clock, and goes on holding it while it works. Advisory locks are not to be had on every
 * engine, and where a change of tables is no transaction, no transaction keeps others out.
 */

import { randomUUID } from 'node:crypto'
import { type CompiledQuery, sql } from 'kysely'
import { Refusal } from '../errors.js'
import type { Database, Statement } from './database.js'
import type { Instant } from './schema.js'

export interface LockTimes {
  /** Milliseconds after which others may take over from a process that was killed. */
  lease: number
  /** Milliseconds for which others wait. */
  patience: number
}

/**
 * Waits until nobody else holds the lock, and takes it.
 * @throws Refusal `storage_unavailable` where that takes longer than `patience`
 */
export async function takeMigrationLock(
  database: Database,
  { lease, patience }: LockTimes,
): Promise<MigrationLock> {
  await makeLockRow(database)
  const lock = new MigrationLock(database, lease)
  const givingUp = performance.now() + patience
  while (!(await lock.take())) {
    if (performance.now() > givingUp) throw heldTooLong(patience)
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS))
  }
  return lock
}

export class MigrationLock {
  readonly #database: Database
  readonly #lease: number
  readonly #holder = randomUUID()
  readonly #renewal: NodeJS.Timeout

  constructor(database: Database, lease: number) {
    this.#database = database
    this.#lease = lease
    // One statement may take longer than the lease. A failure to renew is met by the work as well.
    this.#renewal = setInterval(() => void this.#renew().catch(() => {}), lease / 3)
    this.#renewal.unref()
  }

  /** False where another process holds it. */
  async take(): Promise<boolean> {
    const query = this.#database.build
      .updateTable('migration_lock')
      .set({ held_by: this.#holder, held_until: this.#untilThen() })
      .where('id', '=', 1)
      .where('held_until', '<=', this.#database.now())
    return this.#isDone({ query: query.compile(), requires: 1 })
  }

  /** @throws Refusal `storage_unavailable` where others have taken over since */
  async assertHeld(): Promise<void> {
    if (!(await this.#renew())) throw takenOver()
  }

  /** Requires within a unit that the lock is still held. */
  stillHeld(): Statement {
    const query = this.#database.build
      .updateTable('migration_lock')
      .set({ held_until: this.#untilThen() })
      .where('id', '=', 1)
      .where('held_by', '=', this.#holder)
    return { query: query.compile(), requires: 1 }
  }

  async release(): Promise<void> {
    clearInterval(this.#renewal)
    const query = this.#database.build
      .updateTable('migration_lock')
      .set({ held_by: '', held_until: 0 as Instant })
      .where('id', '=', 1)
      .where('held_by', '=', this.#holder)
    await this.#database.write([{ query: query.compile() }])
  }

  #renew(): Promise<boolean> {
    return this.#isDone(this.stillHeld())
  }

  async #isDone(statement: Statement): Promise<boolean> {
    return (await this.#database.write([statement])).done
  }

  #untilThen() {
    return sql<Instant>`${this.#database.now()} + cast(${this.#lease} as bigint)`
  }
}

const BETWEEN_LOOKS = 100

async function makeLockRow(database: Database): Promise<void> {
  const { build } = database
  const table = build.schema
    .createTable('migration_lock')
    .ifNotExists()
    .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
    .addColumn('held_by', 'text', (column) => column.notNull())
    .addColumn('held_until', 'bigint', (column) => column.notNull())
    .compile()
  await makeTable(database, 'migration_lock', table)
  const row = build
    .insertInto('migration_lock')
    .values({ id: 1, held_by: '', held_until: 0 as Instant })
    .onConflict((conflict) => conflict.doNothing())
  await database.write([{ query: row.compile() }])
}

/** Makes a table that the lock does not guard yet. */
export async function makeTable(
  database: Database,
  name: string,
  query: CompiledQuery,
): Promise<void> {
  try {
    await database.alter([{ query }])
  } catch (error) {
    // PostgreSQL lets one of two fail that make a table at the same moment, IF NOT EXISTS or not.
    if (!(await database.hasTable(name))) throw error
  }
}

function heldTooLong(patience: number): Refusal {
  return new Refusal('storage_unavailable', {
    message: `Another process has been changing the tables for more than ${patience / 1000} s: wait until it has done so, and start again.`,
  })
}

/** Others went on where this process stood still for longer than its lease. */
export function takenOver(): Refusal {
  return new Refusal('storage_unavailable', {
    message:
      'Another process has taken over the changing of the tables, because this one stood still for too long: start again.',
  })
}
