/**
 * Runs a PostgreSQL and its synchronous standby for as long as its standard input is open, and
 * removes both when the pipe closes. A line on the input ends the primary at once, as a crash does;
 * one on the output says when it is gone.
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
const servers = []
const binaries = await prepareBinaries(folder)

// Before anything is started: whoever asked may be gone by then.
// SIGQUIT ends its children too, and writes no checkpoint: what is on disk is what a crash leaves.
createInterface(process.stdin).on('line', killPrimary).on('close', stop)

const main = ownedFolder('primary')
const form = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
run(binaries.initdb, '-D', main, ...form)
const copy = ownedFolder('standby')
// The binaries from npm come without pg_basebackup; a copy of a server that has not run is as good.
run('cp', '-R', `${main}/.`, copy)
writeFileSync(join(copy, 'standby.signal'), '')

const primary = await start(main, ['synchronous_standby_names=standby', 'synchronous_commit=on'])
const stream = await openProxy(() => primary.port)
stream.slow(Number(lag))
const source = `host=127.0.0.1 port=${stream.port} user=postgres application_name=standby`
const standby = await start(copy, [`primary_conninfo=${source}`])
console.log(JSON.stringify({ primary: primary.port, standby: standby.port }))

async function killPrimary() {
  const [primary] = servers
  primary.server.kill('SIGQUIT')
  await primary.exited
  console.log('gone')
}

async function stop() {
  for (const { server } of servers) server.kill('SIGQUIT')
  await Promise.all(servers.map(({ exited }) => exited))
  process.exit()
}

function ownedFolder(name) {
  const path = join(folder, name)
  mkdirSync(path, { mode: 0o700 })
  if (identity.uid !== undefined) chownSync(path, identity.uid, identity.gid)
  return path
}

function run(program, ...args) {
  const { status, stderr, error } = spawnSync(program, args, { ...options, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed: ${stderr || error}`)
}

async function start(data, settings) {
  const port = await freePort()
  const common = ['listen_addresses=127.0.0.1', 'shared_buffers=32MB', ...given]
  const all = [...common, ...settings]
  const args = ['-D', data, '-p', String(port), '-k', '', ...all.flatMap((one) => ['-c', one])]
  const server = spawn(binaries.postgres, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = new Promise((done) => server.once('exit', done))
  servers.push({ server, exited })
  const log = await readyOrEnded(server)
  if (log !== undefined) throw new Error(`PostgreSQL did not start: ${log}`)
  return { server, port }
}
