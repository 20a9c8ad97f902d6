import { DatabaseSync } from '@photostructure/sqlite'
import pg from 'pg'
import { manyRow } from './many-users.mjs'

/** Users of one transaction. */
const atOnce = 1_000

/**
 * Inserts users, their names and their hashes by the driver alone, a row a statement: nothing is read, checked or
 * made findable.
 *
 * @returns {Promise<{seconds: number}>}
 */
export async function bareInserts({ LATCHKEY_DATABASE_URL: url }, users, hash) {
  const at = Date.now()
  const rows = Array.from({ length: users }, (_, number) => manyRow(number, at))
  const insert = url.startsWith('sqlite:') ? intoSqlite : intoPostgres
  const began = performance.now()
  await insert(url, rows, hash)
  return { seconds: (performance.now() - began) / 1000 }
}

const columns = Object.keys(manyRow(0, 0))
/** What is inserted of a user, table by table. */
const tables = [
  { name: 'names', columns: ['name'], values: ({ username_key: name }) => [name] },
  { name: 'users', columns, values: (row) => Object.values(row) },
  {
    name: 'passwords',
    columns: ['user_id', 'hash', 'changed_at'],
    values: ({ id, created_at: at }, hash) => [id, hash, at],
  },
]

async function intoSqlite(url, rows, hash) {
  const database = new DatabaseSync(url.slice('sqlite:'.length))
  try {
    database.exec('pragma synchronous = full; pragma foreign_keys = on')
    const statements = tables.map(({ name, columns: names, values }) => {
      const places = names.map(() => '?')
      const statement = database.prepare(`insert into ${name} (${names}) values (${places})`)
      return (row) => statement.run(...values(row, hash))
    })
    for (let at = 0; at < rows.length; at += atOnce) {
      database.exec('begin immediate')
      for (const row of rows.slice(at, at + atOnce)) for (const run of statements) run(row)
      database.exec('commit')
    }
  } finally {
    database.close()
  }
}

async function intoPostgres(url, rows, hash) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const statements = tables.map(({ name, columns: names, values }) => {
      const places = names.map((_, index) => `$${index + 1}`)
      const text = `insert into ${name} (${names}) values (${places})`
      return (row) => client.query({ name, text, values: values(row, hash) })
    })
    for (let at = 0; at < rows.length; at += atOnce) {
      await client.query('begin')
      for (const row of rows.slice(at, at + atOnce)) for (const run of statements) await run(row)
      await client.query('commit')
    }
  } finally {
    await client.end()
  }
}
