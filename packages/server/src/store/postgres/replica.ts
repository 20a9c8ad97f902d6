/** A replica, for reads that may be a little old: it takes work off the primary, and nobody depends on it. */

import type { CompiledQuery } from 'kysely'
import type pg from 'pg'
import { Connections } from './connections.js'
import { runQuery } from './units.js'

export interface ReplicaOptions {
  url: string
  /** Told when it stops answering, and with nothing when it answers again. */
  told: (fault: unknown) => void
}

export class Replica {
  readonly #connections: Connections
  readonly #told: (fault: unknown) => void
  /** While it does not answer: when it is tried next, by the process's own clock. */
  #nextTry: number | undefined

  constructor({ url, told }: ReplicaOptions) {
    this.#connections = new Connections(url, 'LATCHKEY_DATABASE_REPLICA_URL')
    this.#told = told
  }

  /** @returns undefined where the primary has to answer */
  async read<Row>(query: CompiledQuery<Row>): Promise<Row[] | undefined> {
    if (!this.#mayTry()) return undefined
    try {
      const { rows } = await this.#connections.use(
        (client) => runQuery<Row & pg.QueryResultRow>(client, query),
        PATIENCE,
      )
      this.#answers()
      return rows
    } catch (fault) {
      // Whatever is wrong with it, the primary may do better; if not, that one's fault is the answer.
      this.#fails(fault)
      return undefined
    }
  }

  /** For `latchkey doctor`. @throws Refusal `storage_unavailable` where it does not answer */
  async use<Result>(work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
    return this.#connections.use(work)
  }

  async close(): Promise<void> {
    await this.#connections.close()
  }

  /** Of all who could wait for a replica that is away, one does each time. */
  #mayTry(): boolean {
    if (this.#nextTry === undefined) return true
    if (performance.now() < this.#nextTry) return false
    this.#nextTry = performance.now() + PAUSE
    return true
  }

  #answers(): void {
    if (this.#nextTry === undefined) return
    this.#nextTry = undefined
    this.#told(undefined)
  }

  #fails(fault: unknown): void {
    const isNew = this.#nextTry === undefined
    this.#nextTry = performance.now() + PAUSE
    if (isNew) this.#told(fault)
  }
}

/** Milliseconds for an answer: what comes later is asked of the primary. */
const PATIENCE = 2_000
const PAUSE = 3_000
