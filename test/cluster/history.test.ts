import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { soak } from '../../packages/server/test/soak.js'
import { seeded } from '../sessions/seeded.js'
import { unpaired } from '../sessions/unpaired.js'
import { caller } from './caller.js'
import { breachesOf, HEARING } from './check-history.js'
import { Cluster } from './cluster.js'
import { bringAbout, type FaultName, passingFaults } from './faults.js'
import { type KnownSession, Load } from './load.js'

/** All kinds of faults but the slow ones, and those that have failed once; the last fails over, and takes the cluster along. */
const few = [21, 12, 13, 2]
const seeds =
  soak > 0 ? Array.from({ length: Math.ceil(soak / 7.5) }, (_, index) => index + 1) : few

let cluster: Cluster | undefined

afterAll(async () => {
  await cluster?.stop()
})

describe('three nodes and a database, while something goes wrong', () => {
  for (const seed of seeds) {
    const random = seeded(seed)
    const faults = scheduleOf(random, seed)
    it(`M03 E10 E15 keep what they answered, and revive nothing (seed ${seed}: ${faults.join(', ')})`, {
      timeout: 300_000,
    }, async () => {
      const running = await wholeCluster()
      running.isWhole = false
      const load = new Load(running)
      onTestFinished(() => load.close())
      load.start(callersOf(running, seed))
      for (const fault of faults) {
        await load.goesOn(20)
        await bringAbout(fault, running, load, random)
      }
      await load.goesOn(20)
      await load.stop()
      await askOnceMore(running, load)
      expect(breachesOf(load.history)).toEqual([])
      expect(await running.postgres.rowsOf(unpaired)).toEqual([])
      running.isWhole = !faults.includes('fail over')
    })
  }
})

/** Every other seed fails over, as the last that it does, and every fourth of them once more. */
function scheduleOf(random: (below: number) => number, seed: number): FaultName[] {
  const passing = Array.from({ length: 3 }, () => passingFaults[random(passingFaults.length)])
  return [...passing.filter((name) => name !== undefined), ...failovers(seed)]
}

function failovers(seed: number): FaultName[] {
  if (seed % 2 === 1) return []
  return seed % 8 === 0 ? ['fail over', 'rebuild the standby', 'fail over'] : ['fail over']
}

/** Two of each user. */
function callersOf({ people: { users } }: Cluster, seed: number) {
  return [...users, ...users].map((user, index, all) => caller(seed * all.length + index, user))
}

async function wholeCluster(): Promise<Cluster> {
  if (cluster?.isWhole === false) {
    await cluster.stop()
    cluster = undefined
  }
  cluster ??= await Cluster.start()
  return cluster
}

/** When all is well again: each session at each node, and in the database. */
async function askOnceMore({ nodes, postgres }: Cluster, load: Load): Promise<void> {
  await Promise.all(
    nodes.map(async (_, node) => {
      for (const session of load.sessions.filter((_, index) => index % nodes.length === node)) {
        await load.refresh(session, session.tokens.length - 1, node)
        await load.ask(session, (node + 1) % nodes.length, 'read')
      }
    }),
  )
  const start = performance.now()
  const rows = await postgres.rowsOf('select id, counter, ended_at from sessions')
  const end = performance.now()
  const states = new Map(rows.map(({ id, counter, ended_at: at }) => [id, { counter, at }]))
  for (const session of load.sessions) {
    const row = states.get(session.id)
    const phase = row?.at === null ? 'live' : 'ended'
    for (const node of nodes.keys()) await verify(load, session, node, phase === 'ended')
    load.history.operations.push({
      user: session.user.id,
      session: session.id,
      node: 0,
      request: { do: 'look', state: { phase, counter: Number(row?.counter) } },
      start,
      end,
      answer: 'yes',
    })
  }
}

/** Who hears of an ending too late is found in the history. */
async function verify(load: Load, session: KnownSession, node: number, isOver: boolean) {
  const deadline = performance.now() + 2 * HEARING
  let answer = await load.ask(session, node, 'verify')
  while (isOver && answer === 'yes' && performance.now() < deadline) {
    await pause(10)
    answer = await load.ask(session, node, 'verify')
  }
}
