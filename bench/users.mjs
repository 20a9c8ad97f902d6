// How soon an admin finds one user among a million, on both databases. Takes some minutes, and about
// five gigabytes of the temporary folder at a time, which it gives back.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf, openLatchkey } from './built-latchkey.mjs'
import { fillPostgres, fillSqlite, manyNames } from './many-users.mjs'
import { startPostgres } from './postgres.mjs'
import { interleaved, median } from './rounds.mjs'

export async function users({ folder, quick }) {
  const count = quick ? 5_000 : 1_000_000
  return [...(await onSqlite(folder, count, quick)), ...(await onPostgres(folder, count, quick))]
}

async function onSqlite(folder, count, quick) {
  const name = 'users.db'
  const env = environmentOf(folder, name)
  try {
    const bytes = await fillSqlite(folder, name, env, count)
    return [...(await lists('SQLite', env, count, quick)), size('SQLite', bytes, count)]
  } finally {
    rmSync(join(folder, name), { force: true })
  }
}

async function onPostgres(folder, count, quick) {
  const postgres = await startPostgres(['shared_buffers=128MB', 'max_wal_size=4GB'])
  const env = { ...environmentOf(folder, ''), LATCHKEY_DATABASE_URL: postgres.url }
  try {
    const bytes = await fillPostgres(postgres.url, count)
    return [...(await lists('PostgreSQL', env, count, quick)), size('PostgreSQL', bytes, count)]
  } finally {
    await postgres.stop()
  }
}

async function lists(engine, env, count, quick) {
  const latchkey = await openLatchkey(env)
  try {
    const { users, store } = latchkey
    const any = () => manyNames(Math.floor(Math.random() * count))
    const list = (wanted) => users.list({ limit: 50, ...wanted })
    const ways = {
      'the first page of all users': () => list({}),
      'a page in the middle': middlePage(store, count, list),
      'users by a part of a name that one has': () => list({ search: any().username_key.slice(2) }),
      'users by a part that tens of thousands have': () => list({ search: 'sch' }),
      'users by the host of their addresses': () => list({ search: '@example.com' }),
      'users by three digits': () =>
        list({ search: String(100 + Math.floor(Math.random() * 900)) }),
      'a user by the whole name': () => users.get(any().username_key),
    }
    const found = await interleaved(
      Object.fromEntries(
        Object.entries(ways).map(([what, way]) => [what, () => microseconds(way, quick ? 5 : 50)]),
      ),
      quick ? 2 : 9,
    )
    return Object.entries(found).map(([what, times], at) => ({
      number: '–',
      figure: `to list ${what}, ${engine}`,
      value: median(times.slice(1)),
      unit: 'µs',
      goal: 3_000,
      floor: 10_000,
      better: 'less',
      from: at === 0 ? `${count} users, 50 a page, without HTTP` : '',
    }))
  } finally {
    await latchkey.close()
  }
}

/** Another page each time. */
function middlePage(store, count, list) {
  const bounds = store.users.list({ limit: 1 }).then(({ rows: [oldest] }) => oldest.created_at)
  return async () => {
    const at = (await bounds) + Math.floor(count * (0.25 + Math.random() / 2))
    return list({ after: Buffer.from(`${at}:0`).toString('base64url') })
  }
}

/** Of the median one. */
async function microseconds(way, times) {
  const took = []
  for (let time = 0; time < times; time++) {
    const began = performance.now()
    await way()
    took.push((performance.now() - began) * 1000)
  }
  return median(took)
}

function size(engine, bytes, count) {
  return {
    number: '–',
    figure: `disk for what a user is found by, ${engine}`,
    value: bytes / count,
    unit: 'bytes',
    better: 'less',
    from: `${(bytes / 2 ** 30).toFixed(1)} GB for ${count} users`,
  }
}
