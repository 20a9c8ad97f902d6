/** What a later release may do to the tables while nodes of this one go on serving. */

import { describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../src/store/migrations.js'
import { openDatabase } from '../../src/store/open.js'

/** A table, an index that refuses nothing, or a column that an insert may leave out. */
const additive = [
  /^create table /,
  /^create index /,
  /^alter table "\w+" add column (?!.*\bunique\b)(?:(?!not null).)*$/,
  /^alter table "\w+" add column (?!.*\bunique\b).* default .* not null$/,
  /^alter table "\w+" add column (?!.*\bunique\b).* not null .*default .*$/,
]

describe('a migration', () => {
  it('only adds, or says what it breaks', async () => {
    const database = await openDatabase('sqlite::memory:', Date.now)
    const [, ...later] = MIGRATIONS
    const offending = later
      .filter(({ breaks }) => breaks === undefined)
      .flatMap(({ name, statements }) => {
        const texts = statements(database.build.schema, database.build).map(({ sql }) => sql)
        return texts
          .filter((sql) => !isAdditive(sql) && !fillsOneOf(texts, sql))
          .map((sql) => `${name}: ${sql}`)
      })
    await database.close()
    expect(offending).toEqual([])
  })

  it.each([
    'create table "a" ("id" text)',
    'create index "i" on "a" ("b")',
    'alter table "a" add column "b" text',
    'alter table "a" add column "b" integer default 0 not null',
  ])('adds with: %s', (sql) => expect(isAdditive(sql)).toBe(true))

  it.each([
    'create unique index "i" on "a" ("b")',
    'alter table "a" add column "b" integer not null',
    'alter table "a" add column "b" text unique',
    'alter table "a" drop column "b"',
    'alter table "a" rename to "b"',
    'drop table "a"',
    'update "a" set "b" = 1',
  ])('breaks with: %s', (sql) => expect(isAdditive(sql)).toBe(false))

  it('is called by its number, so that names sort as they are applied', () => {
    const names = MIGRATIONS.map(({ name }) => name)
    expect(names).toEqual(names.toSorted())
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^\d{4}-[a-z-]+$/)
  })
})

function isAdditive(sql: string): boolean {
  return additive.some((form) => form.test(sql))
}

/** Whether it is the first row of a table that the same migration makes, and nobody knows. */
function fillsOneOf(migration: readonly string[], sql: string): boolean {
  const [, table] = /^insert into ("\w+") .* on conflict do nothing$/.exec(sql) ?? []
  return migration.some((made) => table !== undefined && made.startsWith(`create table ${table} `))
}
