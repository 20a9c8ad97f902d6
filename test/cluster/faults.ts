/** What goes wrong while callers go on, and what mends it. */

import { type Cluster, until } from './cluster.js'
import type { Outage } from './history.js'
import type { Load } from './load.js'

type Random = (below: number) => number
type Fault = (trouble: Trouble) => Promise<void>

interface Trouble {
  cluster: Cluster
  /** The one that it happens to, where it is one. */
  node: number
  random: Random
  /** Resolves when callers have got some more answers, or none. */
  meanwhile: () => Promise<void>
}

const faults = {
  'kill a node': async ({ cluster, node, meanwhile }) => {
    await cluster.nodes[node]?.kill()
    await meanwhile()
    await cluster.nodes[node]?.restart()
  },
  'cut connections': async ({ cluster, random, meanwhile }) => {
    for (let count = 0; count < 3; count++) {
      cluster.nodes[random(3)]?.database.cut()
      await meanwhile()
    }
  },
  'lose a step': async ({ cluster, node }) => {
    // By the names of its two statements: of all sessions together, and of one.
    await cluster.nodes[node]?.database.loseAnswerTo('_advance')
  },
  'lose a commit': async ({ cluster, node }) => {
    await cluster.nodes[node]?.database.loseAnswerTo('commit')
  },
  'slow database': async ({ cluster, random, meanwhile }) => {
    const delay = 20 + random(200)
    for (const { database } of cluster.nodes) database.delay = delay
    await meanwhile()
    // What is on its way would come after what follows it.
    for (const { database } of cluster.nodes) {
      database.delay = 0
      database.cut()
    }
  },
  'refused connections': async ({ cluster, node, meanwhile }) => {
    cluster.nodes[node]?.database.close()
    await meanwhile()
    cluster.nodes[node]?.database.open()
  },
  partition: async ({ cluster, node, meanwhile }) => {
    cluster.nodes[node]?.database.silence()
    await meanwhile()
    cluster.nodes[node]?.database.open()
  },
  'fail over': async ({ cluster }) => {
    await cluster.failOver()
  },
  'rebuild the standby': async ({ cluster }) => {
    await cluster.postgres.rebuildStandby()
  },
} satisfies Record<string, Fault>

export type FaultName = keyof typeof faults

/** Those that can be had again and again. */
export const passingFaults = Object.keys(faults).filter(
  (name): name is FaultName => name !== 'fail over' && name !== 'rebuild the standby',
)

/** Resolves when every node takes writes again. */
export async function bringAbout(
  name: FaultName,
  cluster: Cluster,
  load: Load,
  random: Random,
): Promise<void> {
  const node = random(3)
  const outage: Outage = {
    fault: name,
    nodes: isOfOne(name) ? [node] : [...cluster.nodes.keys()],
    kills: name === 'kill a node',
    start: performance.now(),
    end: Number.POSITIVE_INFINITY,
  }
  load.history.outages.push(outage)
  const meanwhile = () => load.goesOn(5 + random(15))
  await faults[name]({ cluster, node, random, meanwhile })
  for (const each of cluster.nodes) await until(() => each.isWell())
  outage.end = performance.now()
}

function isOfOne(name: FaultName): boolean {
  return !['cut connections', 'slow database', 'fail over', 'rebuild the standby'].includes(name)
}
