// What a PostgreSQL does by itself: the UPDATE of a refresh and nothing else, by pgbench where it is
// installed, by a bare client with prepared statements where it is not.
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from './program.mjs'
import { inProject } from './server.mjs'

const rowCount = 400
const table = 'bench_sessions'
const update = (id) =>
  `update ${table} set counter = counter + 1, rotated_at = 1, last_used_at = 1 where id = cast(${id} as text) and counter >= 0 and ended_at is null and claims_changed = 0`

/** On a table of its own, shaped as that of the sessions. */
export async function bareUpdates(url, folder) {
  const { default: pg } = await import('pg')
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`create table ${table} (like sessions including all)`)
  await client.query(
    `insert into ${table} (id, user_id, client_id, counter, amr, authenticated_at, created_at, last_used_at)
     select cast(n as text), cast(n as text), 'first-party', 0, 'pwd', 0, 0, 0 from generate_series(1, ${rowCount}) n`,
  )
  await client.end()
  const pgbench = findPgbench()
  return pgbench === undefined
    ? { name: 'a bare client', rate: (...run) => byClient(url, ...run) }
    : { name: 'pgbench', rate: (...run) => byPgbench(pgbench, url, folder, ...run) }
}

function findPgbench() {
  const folders = (process.env.PATH ?? '').split(':')
  try {
    const versions = readdirSync('/usr/lib/postgresql')
    folders.push(...versions.map((version) => `/usr/lib/postgresql/${version}/bin`))
  } catch {
    // Debian's PostgreSQL is not installed.
  }
  const paths = folders.map((folder) => join(folder, 'pgbench'))
  return paths.find((path) => spawnSync(path, ['--version']).status === 0)
}

function byPgbench(pgbench, url, folder, connections, milliseconds) {
  const script = join(folder, 'update.sql')
  writeFileSync(script, `\\set n random(1, ${rowCount})\n${update(':n')};\n`)
  const seconds = String(Math.max(1, Math.round(milliseconds / 1000)))
  const args = [
    '-n',
    '-M',
    'prepared',
    '-c',
    connections,
    '-j',
    1,
    '-T',
    seconds,
    '-f',
    script,
    url,
  ]
  const { stdout, stderr } = spawnSync(pgbench, args.map(String), { encoding: 'utf8' })
  const [, rate] = /^tps = ([\d.]+)/m.exec(stdout) ?? []
  if (rate === undefined) throw new Error(`pgbench did not measure: ${stderr}`)
  return Number(rate)
}

async function byClient(url, connections, milliseconds) {
  const program = startProgram([process.execPath, inProject('bench/programs/postgres-updates.mjs')])
  try {
    const order = { url, connections, milliseconds, text: update('$1'), rowCount }
    return await program.ask('run', order)
  } finally {
    program.stop()
  }
}
