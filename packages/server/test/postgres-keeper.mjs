/**
 * Runs a PostgreSQL server for as long as its standard input is open. Whoever started it may die in
 * any way: the pipe closes then, and the server and its folder go too.
 *
 * Prints one line of JSON, `{"url": ...}`, when the server is ready. It forgets all when the machine
 * does, unless an argument says otherwise: `fsync=on`.
 */

import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, identity, prepareBinaries, readyOrEnded } from './postgres-binaries.mjs'

// The one that decides is the pipe; a Ctrl-C reaches the whole terminal, and this process too early.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgres-'))
chmodSync(folder, 0o755)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const options = { ...identity, cwd: folder, env: { ...process.env, LC_ALL: 'C', HOME: folder } }

const binaries = await prepareBinaries(folder)
const data = makeDataFolder()
const { server, port } = await start()
const stopped = new Promise((done) => server.once('exit', done))
console.log(JSON.stringify({ url: `postgres://postgres@127.0.0.1:${port}/postgres` }))
stopped.then(() => process.exit())

process.stdin.on('close', () => server.kill('SIGQUIT')).resume()

function makeDataFolder() {
  const path = join(folder, 'data')
  mkdirSync(path, { mode: 0o700 })
  if (identity.uid !== undefined) chownSync(path, identity.uid, identity.gid)
  const made = spawnSync(
    binaries.initdb,
    ['-D', path, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...options, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error}`)
  return path
}

/** Between finding a port free and taking it another program may be quicker. */
async function start(attempts = 5) {
  const port = await freePort()
  const server = spawn(
    binaries.postgres,
    [
      ...['-D', data, '-p', String(port), '-k', ''],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
      ...['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'shared_buffers=32MB'],
      ...process.argv.slice(2).flatMap((setting) => ['-c', setting]),
    ],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const log = await readyOrEnded(server)
  if (log === undefined) return { server, port }
  if (attempts > 1 && /could not bind/.test(log)) return start(attempts - 1)
  throw new Error(`PostgreSQL did not start: ${log}`)
}
