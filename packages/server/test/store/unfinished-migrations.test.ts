/** Where a change of tables is no transaction, a killed process leaves any part of a migration behind. */

import pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.js'
import { MIGRATIONS, migrate } from '../../src/store/migrations.js'
import { openDatabase } from '../../src/store/open.js'
import { newUrl } from '../databases.js'

describe('M10 on PostgreSQL, a migration that was killed', () => {
  let whole: string[] | undefined
  for (const [index, migration] of MIGRATIONS.entries()) {
    it(`is finished by the next start: ${migration.name}`, async () => {
      whole ??= await schemaAfter(migrate)
      const statements = await statementsOf(index)
      for (let ran = 1; ran <= statements; ran++) {
        const found = await schemaAfter(async (database) => {
          await migrate(database, MIGRATIONS.slice(0, index))
          const queries = migration.statements(database.build.schema, database.build)
          for (const query of queries.slice(0, ran)) await database.alter([{ query }])
          await migrate(stepByStep(database))
        })
        expect(found, `after ${ran} of ${statements} statements`).toEqual(whole)
      }
    })
  }
})

/** As CockroachDB and YugabyteDB do it. */
function stepByStep(database: Database): Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === 'altersAtOnce') return false
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function statementsOf(index: number): Promise<number> {
  const database = await openDatabase(await newUrl('PostgreSQL'), Date.now)
  const found = MIGRATIONS[index]?.statements(database.build.schema, database.build)
  await database.close()
  return found?.length ?? 0
}

/** Columns, constraints and indexes, and which migrations are recorded. */
async function schemaAfter(change: (database: Database) => Promise<unknown>): Promise<string[]> {
  const url = await newUrl('PostgreSQL')
  const database = await openDatabase(url, Date.now)
  await change(database)
  await database.close()
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ line: string }>(SCHEMA)
  const { rows: recorded } = await client.query<{ line: string }>(
    "select name || ' usable by ' || usable_by as line from migrations order by name",
  )
  await client.end()
  return [...rows, ...recorded].map(({ line }) => line)
}

const SCHEMA = `
  select line from (
    select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
           || coalesce(column_default, '') as line
    from information_schema.columns where table_schema = current_schema
    union all
    select replace(indexdef, current_schema || '.', '') from pg_indexes where schemaname = current_schema
    union all
    select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
    where connamespace = current_schema::regnamespace
  ) as lines order by line`
