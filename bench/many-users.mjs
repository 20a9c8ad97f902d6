import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import pg from 'pg'
import { makeTables } from './many-sessions.mjs'
import { inProject } from './server.mjs'
import { userRow } from './user-row.mjs'

const first =
  'alice bob carol david emma farid grace hannah ivan judith kenji laura mohammed nadia olga'
const last =
  'anders bauer chen dubois evans fischer garcia haas ito jansen kowalski lopez meyer novak'
const hosts = ['example.com', 'mail.example.org', 'example.net', 'students.example.edu']

/** As users are called: names that many share, told apart by a number; no two are the same. */
export function manyNames(number) {
  const pick = (list, at) => list[at % list.length]
  // Scattered, so that neither ages nor ids are in the order of names.
  const seed = createHash('md5').update(String(number)).digest()
  const given = pick(first.split(' '), seed[0])
  const family = pick(last.split(' '), seed[1])
  const username_key = `${given}.${family}${number}`
  return { username_key, email_key: `${username_key}@${pick(hosts, seed[2])}` }
}

export function manyRow(number, at) {
  const { username_key, email_key } = manyNames(number)
  const names = { username: username_key, username_key, email: email_key, email_key }
  return { ...userRow(number), ...names, scopes: 'items:read', created_at: at + number }
}

/** @returns bytes that the parts take */
export async function fillSqlite(folder, name, env, count) {
  makeTables(env)
  const { partsOf, bytesOf } = await import(inProject('packages/server/dist/store/user-parts.js'))
  const database = new DatabaseSync(join(folder, name))
  const size = () =>
    database.prepare('pragma page_count').get().page_count *
    database.prepare('pragma page_size').get().page_size
  try {
    database.exec('pragma journal_mode = delete; pragma synchronous = off')
    database.exec(
      'pragma foreign_keys = off; pragma cache_size = -6000000; pragma temp_store = memory; begin',
    )
    const rows = Array.from({ length: count }, (_, number) => manyRow(number, Date.now()))
    const columns = Object.keys(manyRow(0, 0))
    const user = database.prepare(
      `insert into users (${columns}) values (${columns.map(() => '?')})`,
    )
    for (const row of rows) user.run(...Object.values(row))
    const before = size()
    // Sorted first: each insert at a random place of a large tree would take as long as all else.
    database.exec('create temp table unsorted (part, user_id)')
    const part = database.prepare('insert into unsorted (part, user_id) values (?, ?)')
    for (const row of rows) for (const text of partsOf(row)) part.run(bytesOf(text), row.id)
    database.exec('insert into user_parts select * from unsorted order by part, user_id')
    const bytes = size() - before
    database.exec('update backfills set done_at = 0')
    database.exec('commit; pragma journal_mode = wal')
    return bytes
  } finally {
    database.close()
  }
}

/** @returns bytes that the parts take */
export async function fillPostgres(url, count) {
  const { openStore } = await import(inProject('packages/server/dist/store/open.js'))
  const { partsOf, bytesOf } = await import(inProject('packages/server/dist/store/user-parts.js'))
  await (await openStore(url)).close()
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query('alter table user_parts drop constraint user_parts_key')
    const at = Date.now()
    const columns = Object.keys(manyRow(0, 0))
    for (let number = 0; number < count; number += 5_000) {
      const length = Math.min(5_000, count - number)
      const rows = Array.from({ length }, (_, more) => manyRow(number + more, at))
      await client.query(
        `insert into users (${columns})
         select ${columns} from jsonb_populate_recordset(null::users, $1)`,
        [JSON.stringify(rows)],
      )
      const parts = rows.flatMap((row) => partsOf(row).map((text) => [text, row.id]))
      await client.query('insert into user_parts select unnest($1::bytea[]), unnest($2::text[])', [
        parts.map(([text]) => Buffer.from(bytesOf(text))),
        parts.map(([, id]) => id),
      ])
    }
    await client.query("set maintenance_work_mem = '256MB'")
    await client.query(
      'alter table user_parts add constraint user_parts_key primary key (part, user_id)',
    )
    await client.query('update backfills set done_at = 0')
    await client.query('vacuum analyze users, user_parts')
    const sizes = await client.query(`select pg_total_relation_size('user_parts')::int8 as bytes`)
    return Number(sizes.rows[0].bytes)
  } finally {
    await client.end()
  }
}
