/**
 * Runs a PostgreSQL and its synchronous standby for as long as its standard input is open, and
 * removes both when the pipe closes. Lines on the input, each answered by one on the output:
 *
 * - `kill` ends the primary at once, as a crash does; the other is the primary from then on, when
 *   it has been promoted. The answer says that nothing of it is left.
 * - `rebuild` makes a synchronous standby of that one; the answer is its port.
 *
 * Its arguments are the milliseconds by which the standby is behind, and settings for both, such as
 * `fsync=off`. Prints one line of JSON when both are ready, `{"primary": PORT, "standby": PORT}`.
 */

import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  freePort,
  identity,
  prepareBinaries,
  readyOrEnded,
} from '../packages/server/test/postgres-binaries.mjs'
import { backUp } from './postgres-backup.mjs'
import { followsSynchronously, requireStandby } from './postgres-queries.mjs'
import { openProxy } from './proxy.mjs'

// The pipe decides: a Ctrl-C reaches the whole terminal, and this process too early.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

const [lag = '0', ...given] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'latchkey-cluster-'))
chmodSync(folder, 0o755)
process.on('exit', () => {
  // One that was started while the others were being stopped.
  for (const { server } of servers) server.kill('SIGQUIT')
  rmSync(folder, { recursive: true, force: true })
})

const options = { ...identity, cwd: folder, env: { ...process.env, LC_ALL: 'C', HOME: folder } }
/** The primary, and its standby where it has one. */
const servers = []
let folders = 0
const binaries = await prepareBinaries(folder)

// Before anything is started: whoever asked may be gone by then.
// SIGQUIT ends its children too, and writes no checkpoint: what is on disk is what a crash leaves.
const commands = { kill: killPrimary, rebuild: rebuildStandby }
createInterface(process.stdin)
  .on('line', async (line) => console.log(await commands[line]()))
  .on('close', stop)

const main = ownedFolder()
const form = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
run(binaries.initdb, '-D', main, ...form)
const copy = ownedFolder()
// A copy of a server that has not run is as good as a backup.
run('cp', '-R', `${main}/.`, copy)

const primary = await start(main, ['synchronous_standby_names=standby'])
const stream = await openProxy(() => servers[0]?.port)
stream.slow(Number(lag))
const standby = await startStandby(copy)
console.log(JSON.stringify({ primary: primary.port, standby: standby.port }))

async function killPrimary() {
  const { server, exited, data } = servers.shift()
  server.kill('SIGQUIT')
  await exited
  rmSync(data, { recursive: true })
  return 'gone'
}

async function rebuildStandby() {
  const [primary] = servers
  const data = ownedFolder()
  await backUp(primary, data, run)
  // From here on nothing is answered that the standby has not got.
  await requireStandby(primary.port, 'standby')
  const standby = await startStandby(data)
  await followsSynchronously(primary.port)
  return standby.port
}

async function stop() {
  for (const { server } of servers) server.kill('SIGQUIT')
  await Promise.all(servers.map(({ exited }) => exited))
  process.exit()
}

function ownedFolder() {
  const path = join(folder, `data${++folders}`)
  mkdirSync(path, { mode: 0o700 })
  own(path)
  return path
}

function own(path) {
  if (identity.uid !== undefined) chownSync(path, identity.uid, identity.gid)
}

function run(program, ...args) {
  const { status, stderr, error } = spawnSync(program, args, { ...options, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed: ${stderr || error}`)
}

function startStandby(data) {
  const signal = join(data, 'standby.signal')
  writeFileSync(signal, '')
  own(signal)
  const source = `host=127.0.0.1 port=${stream.port} user=postgres application_name=standby`
  return start(data, [`primary_conninfo=${source}`])
}

async function start(data, settings) {
  const port = await freePort()
  const common = ['listen_addresses=127.0.0.1', 'shared_buffers=32MB', 'wal_keep_size=64MB']
  const all = [...common, 'synchronous_commit=on', ...given, ...settings]
  const args = ['-D', data, '-p', String(port), '-k', '', ...all.flatMap((one) => ['-c', one])]
  const server = spawn(binaries.postgres, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = new Promise((done) => server.once('exit', done))
  const started = { server, exited, port, data }
  servers.push(started)
  const log = await readyOrEnded(server)
  if (log !== undefined) throw new Error(`PostgreSQL did not start: ${log}`)
  return started
}
