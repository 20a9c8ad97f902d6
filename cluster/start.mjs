import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openProxy } from './proxy.mjs'

/** Three nodes behind a proxy, on a PostgreSQL with a synchronous standby behind another. */
export async function startCluster() {
  const pair = await startPair()
  let primary = pair.primary
  const database = await openProxy(() => primary)
  const nodes = []
  let turn = 0
  const front = await openProxy(() => nodes[turn++ % nodes.length]?.port)
  // One after the other: the first makes the tables, the users and the key.
  for (let count = 0; count < 3; count++) nodes.push(await startNode(database.port, front.port))
  return {
    url: `http://127.0.0.1:${front.port}`,
    nodes: nodes.map(({ url }) => url),
    cutConnections: () => database.cut(),
    killPrimary() {
      primary = undefined
      pair.keeper.stdin.write('kill\n')
      database.cut()
    },
    async promote() {
      await query(pair.standby, 'select pg_promote(true)')
      primary = pair.standby
    },
    async stop() {
      front.close()
      for (const { child } of nodes) child.kill('SIGTERM')
      await Promise.all(nodes.map(({ exited }) => exited))
      database.close()
      pair.keeper.stdin.end()
      await pair.exited
    },
  }
}

async function startPair() {
  const stdio = ['pipe', 'pipe', 'inherit']
  const keeper = spawn(process.execPath, [KEEPER], { stdio, detached: true })
  const exited = once(keeper, 'exit')
  const [line] = await firstLine(keeper, exited)
  return { ...JSON.parse(line), keeper, exited }
}

/** The demo, for its users and its route that reads nothing. All nodes are one issuer. */
async function startNode(databasePort, frontPort) {
  const child = spawn(process.execPath, [PROGRAM, 'demo'], {
    env: {
      PATH: process.env.PATH,
      LATCHKEY_PORT: '0',
      LATCHKEY_ISSUER: `http://127.0.0.1:${frontPort}`,
      LATCHKEY_DATABASE_URL: `postgres://postgres@127.0.0.1:${databasePort}/postgres`,
      LATCHKEY_SECRET_KEY: 'a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s',
      LATCHKEY_LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const url = await Promise.race([
    new Promise((done) => {
      createInterface(child.stdout).on('line', (line) => {
        const [, found] = /listening on (\S+)/.exec(line) ?? []
        if (found) done(found)
      })
    }),
    exited.then(() => Promise.reject(new Error('A node ended before it listened'))),
  ])
  return { child, exited, url, port: Number(new URL(url).port) }
}

function firstLine(child, exited) {
  return Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => Promise.reject(new Error('PostgreSQL could not be started'))),
  ])
}

async function query(port, text) {
  const client = new pg.Client(`postgres://postgres@127.0.0.1:${port}/postgres`)
  await client.connect()
  await client.query(text)
  await client.end()
}

const KEEPER = fileURLToPath(new URL('./postgres-pair.mjs', import.meta.url))
const PROGRAM = fileURLToPath(new URL('../packages/server/bin/latchkey.js', import.meta.url))
