/** Inserts of many rows at once. */

import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Parameter, Statement } from './database.js'
import type { Schema } from './schema.js'

type Row<Table extends keyof Schema> = {
  readonly [Column in keyof Schema[Table]]?: Parameter | Uint8Array
}

/** What becomes of a value on its way into a column. */
type Expressions<Table extends keyof Schema> = {
  readonly [Column in keyof Schema[Table]]?: (value: unknown) => RawBuilder<unknown>
}

/**
 * Statements that insert all rows, which have the same columns in the same order. Each requires those that
 * are its own: a row that is there already is a requirement that fails.
 */
export function insertRows<Table extends keyof Schema & string>(
  build: Kysely<Schema>,
  table: Table,
  rows: readonly Row<Table>[],
  expressions: Expressions<Table> = {},
): Statement[] {
  return partsOf(rows).map((part) => ({
    query: {
      ...insertOf(build, table, part, expressions),
      parameters: part.flatMap((row) => Object.values(row)),
    },
    requires: part.length,
  }))
}

/**
 * Rows of one statement. Of few sizes, because each is compiled once and kept by the database; SQLite takes
 * 32,766 parameters in one, PostgreSQL 65,535.
 */
const sizes = [256, 32, 4, 1]

function partsOf<Row>(rows: readonly Row[]): (readonly Row[])[] {
  const parts: (readonly Row[])[] = []
  let at = 0
  for (const size of sizes) {
    for (; rows.length - at >= size; at += size) parts.push(rows.slice(at, at + size))
  }
  return parts
}

const compiled = new WeakMap<Kysely<Schema>, Map<string, CompiledQuery>>()

function insertOf<Table extends keyof Schema & string>(
  build: Kysely<Schema>,
  table: Table,
  rows: readonly Row<Table>[],
  expressions: Expressions<Table>,
): CompiledQuery {
  const kept = compiled.get(build) ?? new Map<string, CompiledQuery>()
  compiled.set(build, kept)
  const key = `${table} ${rows.length} ${Object.keys(expressions)}`
  const query = kept.get(key) ?? compile(build, table, rows, expressions)
  kept.set(key, query)
  return query
}

function compile<Table extends keyof Schema & string>(
  build: Kysely<Schema>,
  table: Table,
  rows: readonly Row<Table>[],
  expressions: Expressions<Table>,
): CompiledQuery {
  const names = Object.keys(rows[0] ?? {}) as (keyof Schema[Table] & string)[]
  const tuples = rows.map((row) => {
    const values = names.map((name) => expressions[name]?.(row[name]) ?? sql`${row[name]}`)
    return sql`(${sql.join(values)})`
  })
  return sql`insert into ${sql.table(table)} (${sql.join(names.map((name) => sql.ref(name)))})
    values ${sql.join(tuples)} on conflict do nothing`.compile(build)
}
