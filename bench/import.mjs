// How quick an import of users is, beside inserts of the same rows that check nothing.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { bareInserts } from './bare-inserts.mjs'
import { environmentOf } from './built-latchkey.mjs'
import { makeTables } from './many-sessions.mjs'
import { manyNames } from './many-users.mjs'
import { startPostgres } from './postgres.mjs'
import { interleaved, median, medianRatio } from './rounds.mjs'
import { inProject } from './server.mjs'

const hash = '$2b$12$abcdefghijklmnopqrstuuEBUKKDV9k3Vq0m8TnNyK4IvYvnVX0Xa'

export async function imports({ folder, quick }) {
  const users = quick ? 2_000 : 50_000
  const rounds = quick ? 1 : 3
  const file = join(folder, 'users.ndjson')
  await writeUsers(file, users)
  const onSqlite = await measure('SQLite', { users, rounds, file, open: files(folder) })
  const postgres = await startPostgres([
    ...['fsync=on', 'full_page_writes=on', 'shared_buffers=128MB', 'max_wal_size=4GB'],
  ])
  try {
    const open = schemas(folder, postgres.url)
    return [...onSqlite, ...(await measure('PostgreSQL', { users, rounds, file, open }))]
  } finally {
    await postgres.stop()
  }
}

/** As another system would hand them over. */
async function writeUsers(path, count) {
  const file = createWriteStream(path)
  for (let number = 0; number < count; number++) {
    const { username_key: username, email_key: email } = manyNames(number)
    const created_at = new Date(1.6e12 + number * 60_000).toISOString()
    const user = { username, email, email_verified: true, password_hash: hash, created_at }
    if (!file.write(`${JSON.stringify(user)}\n`)) await once(file, 'drain')
  }
  await new Promise((resolve) => file.end(resolve))
}

async function measure(engine, { users, rounds, file, open }) {
  const measured = await interleaved(
    {
      bare: () => withTables(open, (env) => bareInserts(env, users, hash)),
      imported: () => withTables(open, (env) => importUsers(env, file)),
    },
    rounds,
  )
  const rates = (rounds) => rounds.map(({ seconds }) => users / seconds)
  const [bare, imported] = [rates(measured.bare), rates(measured.imported)]
  return [
    {
      number: '–',
      figure: `users imported a second, against bare inserts of each row, ${engine}`,
      value: medianRatio(imported, bare),
      better: 'more',
      from: `${median(imported).toFixed(0)} and ${median(bare).toFixed(0)} a second, ${users} users`,
    },
    {
      number: '–',
      figure: `most memory of an import, ${engine}`,
      value: Math.max(...measured.imported.map(({ megabytes }) => megabytes)),
      unit: 'MB',
      better: 'less',
      from: '',
    },
  ]
}

async function withTables(open, work) {
  const { env, close } = await open()
  makeTables(env)
  try {
    return await work(env)
  } finally {
    await close()
  }
}

async function importUsers(env, file) {
  const program = inProject('packages/server/bin/latchkey.js')
  const began = performance.now()
  const child = spawn(process.execPath, [program, 'user', 'import', file], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, memoryOf(child.pid))
  }, 50)
  const [status] = await once(child, 'exit')
  clearInterval(timer)
  if (status !== 0) throw new Error('The import has failed; the reason is above')
  return { seconds: (performance.now() - began) / 1000, megabytes: most }
}

/** The most so far; 0 where there is no /proc. */
function memoryOf(pid) {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(kilobytes) / 1024
  } catch {
    return 0
  }
}

function files(folder) {
  return () => {
    const name = `${randomBytes(4).toString('hex')}.db`
    const close = () => {
      for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `${name}${end}`), { force: true })
    }
    return { env: environmentOf(folder, name), close }
  }
}

/** Each time a schema of its own. */
function schemas(folder, url) {
  return async () => {
    const schema = `bench_${randomBytes(4).toString('hex')}`
    const client = new pg.Client(url)
    await client.connect()
    await client.query(`create schema ${schema}`)
    const there = new URL(url)
    there.searchParams.set('options', `-c search_path=${schema}`)
    const close = async () => {
      await client.query(`drop schema ${schema} cascade`)
      await client.end()
    }
    return { env: { ...environmentOf(folder, ''), LATCHKEY_DATABASE_URL: there.href }, close }
  }
}
