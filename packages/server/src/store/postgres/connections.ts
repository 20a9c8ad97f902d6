/** The connections to one PostgreSQL: how many there are, how long anything may take, and which are thrown away. */

import pg from 'pg'
import { Refusal } from '../../errors.js'
import type { DatabaseLoad } from '../database.js'
import { spoilsConnection, storageFault } from './faults.js'
import { CONNECT, IDLE, serverLimits, WORK } from './limits.js'
import { checkedTls } from './tls.js'

export class Connections {
  /** Checked: a connection that is made by it is as safe as those here. */
  readonly url: string
  readonly #setting: string
  #pool: Pool
  #closing: Promise<void> | undefined

  /** @param setting where the URL comes from */
  constructor(url: string, setting: string) {
    this.url = checkedTls(url, setting)
    this.#setting = setting
    this.#pool = newPool(this.url)
  }

  /**
   * Does `work` on a connection that nobody else uses meanwhile.
   *
   * @param limit milliseconds that it may take; none for what takes as long as it takes
   * @throws Refusal `storage_unavailable` where there is no connection, it breaks, or it takes too long
   */
  async use<Result>(
    work: (client: pg.PoolClient) => Promise<Result>,
    limit: number | 'none' = WORK,
  ): Promise<Result> {
    if (this.#closing) throw new Refusal('storage_unavailable', { message: 'The store is closed.' })
    const pool = this.#pool
    const running = this.#onConnection(pool, work, limit)
    pool.running.add(running)
    try {
      return await running
    } finally {
      pool.running.delete(running)
    }
  }

  get load(): DatabaseLoad {
    const { totalCount: all, idleCount: idle, waitingCount: waiting } = this.#pool.connections
    return { waiting, connections: { busy: all - idle, idle } }
  }

  async close(): Promise<void> {
    this.#closing ??= end(this.#pool)
    await this.#closing
  }

  async #onConnection<Result>(
    pool: Pool,
    work: (client: pg.PoolClient) => Promise<Result>,
    limit: number | 'none',
  ): Promise<Result> {
    let client: pg.PoolClient | undefined
    let broken = false
    try {
      client = await pool.connections.connect()
      return await (limit === 'none' ? work(client) : within(limit, work(client)))
    } catch (error) {
      broken = spoilsConnection(error)
      // What was slow may have been slow by itself.
      if (broken && client !== undefined && !(error instanceof TooSlow)) this.#renew(pool)
      throw storageFault(error, this.#setting)
    } finally {
      client?.release(broken)
    }
  }

  /**
   * What one connection has found out holds for those beside it: a server that stops or has been
   * replaced. Who comes next looks for the one that is there now.
   */
  #renew(pool: Pool): void {
    if (pool !== this.#pool || this.#closing) return
    this.#pool = newPool(this.url)
    // A broken connection has nothing more to say.
    end(pool).catch(() => {})
  }
}

interface Pool {
  readonly connections: pg.Pool
  readonly running: Set<Promise<unknown>>
}

/** The pool would forget who waits for a connection: they come first. */
async function end({ connections, running }: Pool): Promise<void> {
  await Promise.allSettled(running)
  await connections.end()
}

const CONNECTIONS = 10
/** Seconds, after which a connection is made anew: behind a balancer they spread again. */
const LIFETIME = 30 * 60

function newPool(connectionString: string): Pool {
  const connections = new pg.Pool({
    connectionString,
    application_name: 'latchkey',
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT,
    idleTimeoutMillis: IDLE,
    maxLifetimeSeconds: LIFETIME,
    ...serverLimits,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    allowExitOnIdle: true,
    pipeline: true,
    types: { getTypeParser: typeParser },
  })
  // A connection that breaks is replaced; without these listeners it would end the process, the
  // first while it is idle, the second while a unit runs on it, which is told by its own query.
  connections.on('error', () => {})
  connections.on('connect', (client) => void client.on('error', () => {}))
  return { connections, running: new Set() }
}

class TooSlow extends Error {
  constructor(limit: number) {
    super(`no answer within ${limit / 1000} s`)
  }
}

async function within<Result>(limit: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new TooSlow(limit)), limit)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // Where it came too late, nobody waits for it any more.
    work.catch(() => {})
  }
}

const INT8 = 20

function typeParser(type: number, format?: 'text' | 'binary') {
  return type === INT8 ? parseInteger : pg.types.getTypeParser(type, format)
}

function parseInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value))
    throw new RangeError(`An integer too large for a number: ${text}`)
  return value
}
