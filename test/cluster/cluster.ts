import { setTimeout as pause } from 'node:timers/promises'
import { Node } from './node.js'
import { addPeople, type People } from './people.js'
import { PostgresPair } from './postgres-pair.js'

/** Three nodes, whose clocks differ, on a PostgreSQL with a synchronous standby. */
export class Cluster {
  readonly nodes: readonly Node[]
  readonly postgres: PostgresPair
  readonly people: People
  /** Whether it has its standby, and nothing is wrong with it. */
  isWhole = true

  static async start(): Promise<Cluster> {
    const postgres = await PostgresPair.start()
    const nodes: Node[] = []
    try {
      // One after the other: the first makes the tables, the users and the key.
      for (const skew of SKEWS) nodes.push(await Node.start(postgres.primary, skew))
      return new Cluster(postgres, nodes, await peopleOf(postgres, nodes))
    } catch (error) {
      await Promise.all(nodes.map((node) => node.stop()))
      await postgres.stop()
      throw error
    }
  }

  private constructor(postgres: PostgresPair, nodes: readonly Node[], people: People) {
    this.postgres = postgres
    this.nodes = nodes
    this.people = people
  }

  /** As a virtual address would: new connections go to the new primary, old ones end. */
  async failOver(): Promise<void> {
    await this.postgres.killPrimary()
    await this.postgres.promoteStandby()
    for (const { database } of this.nodes) {
      database.target = { host: '127.0.0.1', port: this.postgres.primary }
      database.cut()
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()))
    await this.postgres.stop()
  }
}

async function peopleOf(postgres: PostgresPair, [first]: readonly Node[]): Promise<People> {
  if (first === undefined) throw new Error('There is no node')
  return addPeople(first.url, postgres.url, first.adminPassword)
}

/** Milliseconds by which the clocks of the nodes are ahead of the database's. */
const SKEWS = [0, 90_000, -90_000]

/** For what takes a while. @throws Error after a minute without it */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('It has not come to that within a minute')
    await pause(10)
  }
}
