import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Node } from './node.mjs'
import { promote } from './postgres-queries.mjs'
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
  let { primary, standby } = await pair.ready
  say('a PostgreSQL and its synchronous standby are up')
  const database = await openProxy(() => primary)
  remains.push(database.close)
  const nodes = []
  const front = await openProxy(inTurn(nodes))
  remains.push(front.close)
  // One after the other: the first makes the tables, the users and the key.
  for (let count = 1; count <= 3; count++) {
    const node = new Node(database.port, front.port)
    remains.push(() => node.stop())
    await node.start()
    nodes.push(node)
    say(`node ${count} listens on ${node.url}`)
  }
  return {
    url: `http://127.0.0.1:${front.port}`,
    nodes,
    cutConnections: database.cut,
    slowDatabase: database.slow,
    requireStandby() {
      if (standby === undefined) throw new Error('There is no standby: rebuild it first')
    },
    async killPrimary() {
      primary = undefined
      await pair.killPrimary()
      database.cut()
    },
    async promote() {
      await promote(standby)
      primary = standby
      standby = undefined
    },
    async rebuildStandby() {
      if (standby !== undefined) throw new Error('There is a standby')
      standby = await pair.rebuildStandby()
    },
  }
}

/** The port of the next one that is ready. */
function inTurn(nodes) {
  let turn = 0
  return () => {
    const ready = nodes.filter(({ isReady }) => isReady)
    const next = ready[turn++ % ready.length]
    return next && Number(new URL(next.url).port)
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
    /** Of the one that is the primary by then. @returns its port */
    async rebuildStandby() {
      keeper.stdin.write('rebuild\n')
      return Number(await nextLine())
    },
    async stop() {
      keeper.stdin.end()
      await exited
    },
  }
}

const KEEPER = fileURLToPath(new URL('./postgres-pair.mjs', import.meta.url))
