/** Makes a database of a test a new one again: to make its tables takes longer than most tests run. */

import { CompiledQuery, sql } from 'kysely'
import type { Database, Statement } from '../src/store/database.js'
import { tables } from '../src/store/schema.js'

export interface Renewal {
  /** What the tables look like. */
  readonly shape: string
  /** Leaves in them what migrations have put there, and nothing else. */
  readonly unit: readonly Statement[]
}

/** @param database has its tables, and is as new */
export async function renewalOf(database: Database): Promise<Renewal> {
  const unit: Statement[] = []
  for (const table of tables) {
    unit.unshift({ query: CompiledQuery.raw(`delete from ${table}`) })
    const rows = await database.read(
      sql<object>`select * from ${sql.table(table)}`.compile(database.build),
    )
    for (const row of rows) unit.push(insertOf(database, table, row))
  }
  return { shape: await shapeOf(database), unit }
}

/** @returns whether it is as new; a test may have broken it, or changed its tables */
export async function renew(database: Database, { shape, unit }: Renewal): Promise<boolean> {
  try {
    const { done } = await database.write(unit)
    return done && (await shapeOf(database)) === shape
  } catch {
    return false
  }
}

function insertOf(database: Database, table: string, row: object): Statement {
  const columns = sql.join(Object.keys(row).map((column) => sql.ref(column)))
  const insert = sql`insert into ${sql.table(table)} (${columns}) values (${sql.join(Object.values(row))})`
  return { query: insert.compile(database.build) }
}

async function shapeOf(database: Database): Promise<string> {
  const rows = await database.read(CompiledQuery.raw(shapes[database.engine]))
  return JSON.stringify(rows)
}

const shapes = {
  SQLite: 'select name, sql from sqlite_schema order by name',
  PostgreSQL: `
    select relname, attname, atttypid::integer as type
    from pg_class join pg_attribute on attrelid = pg_class.oid
    where relnamespace = current_schema()::regnamespace
    order by relname, attnum`,
}
