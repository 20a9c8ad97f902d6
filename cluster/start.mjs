import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openProxy } from './proxy.mjs'

/**
 * Three nodes behind a proxy, on a PostgreSQL with a synchronous standby behind another.
 *
 * @param say is told of each part that is up
 */
export async function startCluster(say) {
  const remains = []
  const stop = async () => {
    for (const remove of remains.splice(0).reverse()) await remove()
  }
  try {
    return { ...(await startParts(say, remains)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** @param remains where each part leaves how it is taken away, from its start on */
async function startParts(say, remains) {
  const pair = startPair()
  remains.push(pair.stop)
  const { primary: first, standby } = await pair.ready
  say('a PostgreSQL and its synchronous standby are up')
  let primary = first
  const database = await openProxy(() => primary)
  remains.push(database.close)
  const nodes = []
  let turn = 0
  const front = await openProxy(() => nodes[turn++ % nodes.length]?.port)
  remains.push(front.close)
  // One after the other: the first makes the tables, the users and the key.
  for (let count = 1; count <= 3; count++) {
    const node = startNode(database.port, front.port)
    remains.push(node.stop)
    const url = await node.listening
    nodes.push({ url, port: Number(new URL(url).port) })
    say(`node ${count} listens on ${url}`)
  }
  return {
    url: `http://127.0.0.1:${front.port}`,
    nodes: nodes.map(({ url }) => url),
    async killPrimary() {
      primary = undefined
      await pair.killPrimary()
      database.cut()
    },
    async promote() {
      await query(standby, 'select pg_promote(true)')
      primary = standby
    },
  }
}

function startPair() {
  const stdio = ['pipe', 'pipe', 'inherit']
  const keeper = spawn(process.execPath, [KEEPER], { stdio, detached: true })
  const exited = once(keeper, 'exit')
  const lines = createInterface(keeper.stdout)
  const nextLine = async () => {
    const ended = exited.then(() => Promise.reject(new Error('PostgreSQL could not be started')))
    const [line] = await Promise.race([once(lines, 'line'), ended])
    return line
  }
  return {
    ready: nextLine().then(JSON.parse),
    /** Resolves when it is gone. */
    async killPrimary() {
      keeper.stdin.write('kill\n')
      await nextLine()
    },
    async stop() {
      keeper.stdin.end()
      await exited
    },
  }
}

/** The demo, for its users and its route that reads nothing. All nodes are one issuer. */
function startNode(databasePort, frontPort) {
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
  const ended = exited.then(() => Promise.reject(new Error('A node ended before it listened')))
  const greeted = new Promise((done) => {
    createInterface(child.stdout).on('line', (line) => {
      const [, url] = /listening on (\S+)/.exec(line) ?? []
      if (url) done(url)
    })
  })
  return {
    listening: Promise.race([greeted, ended]),
    async stop() {
      child.kill('SIGINT')
      await exited
    },
  }
}

async function query(port, text) {
  const client = new pg.Client(`postgres://postgres@127.0.0.1:${port}/postgres`)
  await client.connect()
  await client.query(text)
  await client.end()
}

const KEEPER = fileURLToPath(new URL('./postgres-pair.mjs', import.meta.url))
const PROGRAM = fileURLToPath(new URL('../packages/server/bin/latchkey.js', import.meta.url))
