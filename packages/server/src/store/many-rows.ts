/** Inserts of many rows at once. */

import { type CompiledQuery, type Kysely, sql } from 'kysely'
import type { Parameter, Statement } from './database.js'
import type { Schema } from './schema.js'

type Row<Table extends keyof Schema> = {
  readonly [Column in keyof Schema[Table]]?: Parameter | Uint8Array
}

/**
 * Statements that insert all rows, which have the same columns in the same order. Each requires those that
 * are its own: a row that is there already is a requirement that fails.
 */
export function insertRows<Table extends keyof Schema & string>(
  build: Kysely<Schema>,
  table: Table,
  rows: readonly Row<Table>[],
): Statement[] {
  return partsOf(rows).map((part) => ({
    query: {
      ...insertOf(build, table, part),
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

function insertOf(build: Kysely<Schema>, table: string, rows: readonly object[]): CompiledQuery {
  const kept = compiled.get(build) ?? new Map<string, CompiledQuery>()
  compiled.set(build, kept)
  const key = `${table} ${rows.length}`
  const query = kept.get(key) ?? compile(build, table, rows)
  kept.set(key, query)
  return query
}

function compile(build: Kysely<Schema>, table: string, rows: readonly object[]): CompiledQuery {
  const columns = Object.keys(rows[0] ?? {}).map((name) => sql.ref(name))
  const tuples = rows.map((row) => sql`(${sql.join(Object.values(row))})`)
  return sql`insert into ${sql.table(table)} (${sql.join(columns)})
    values ${sql.join(tuples)} on conflict do nothing`.compile(build)
}
