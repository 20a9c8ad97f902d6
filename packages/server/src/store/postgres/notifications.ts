/**
 * How processes that share a PostgreSQL hear of each other's changes at once (LISTEN and NOTIFY).
 * Nothing depends on it: who hears nothing finds the changes at the next look at the feed.
 */

import { createHash, randomBytes, randomInt } from 'node:crypto'
import pg from 'pg'
import type { Watch } from '../database.js'
import type { Connections } from './connections.js'

export class Notifications {
  readonly #connections: Connections
  /** What this process has told of is nothing new to it. */
  readonly #self = randomBytes(9).toString('base64url')
  readonly #watches = new Set<Listener>()
  #channel: Promise<string> | undefined
  #waiting: NodeJS.Timeout | undefined
  #isMissing = false

  constructor(connections: Connections) {
    this.#connections = connections
  }

  /**
   * Tells others that something has been committed. It is no part of the unit: NOTIFY takes a lock on
   * the whole database while its transaction commits, so every sign-out would wait for every other.
   * A burst of changes is told of once.
   */
  tell(): void {
    if (this.#isMissing || this.#waiting !== undefined) return
    this.#waiting = setTimeout(() => void this.#send(), BURST)
  }

  /** @returns undefined where the database has no notifications */
  async watch(onChange: () => void): Promise<Watch | undefined> {
    const channel = await this.#findChannel()
    const listener = new Listener(this.#connections.url, channel, (payload) => {
      if (payload !== this.#self) onChange()
    })
    if (!(await listener.start())) {
      this.#isMissing = true
      return undefined
    }
    this.#watches.add(listener)
    return listener
  }

  /** What still waits to be told is found by the others at their next look. */
  async close(): Promise<void> {
    clearTimeout(this.#waiting)
    for (const watch of this.#watches) await watch.stop()
  }

  async #send(): Promise<void> {
    clearTimeout(this.#waiting)
    this.#waiting = undefined
    try {
      const values = [await this.#findChannel(), this.#self]
      await this.#connections.use((client) => client.query('select pg_notify($1, $2)', values))
    } catch (error) {
      // It was committed and is in the feed: nobody has lost anything but a moment.
      if (isMissing(error)) this.#isMissing = true
    }
  }

  /** A database is told apart by the server; of several schemas in one, each has its own. */
  async #findChannel(): Promise<string> {
    this.#channel ??= this.#connections
      .use((client) => client.query<{ name: string | null }>('select current_schema() as name'))
      .then(({ rows }) => `latchkey_${digestOf(rows[0]?.name ?? '')}`)
    // What could not be asked now is asked again.
    this.#channel.catch(() => {
      this.#channel = undefined
    })
    return this.#channel
  }
}

/** A connection of its own that listens, and is made anew whenever it breaks. */
class Listener implements Watch {
  readonly #url: string
  readonly #channel: string
  readonly #onNotice: (payload: string) => void
  #client: pg.Client | undefined
  #retry: NodeJS.Timeout | undefined
  #failures = 0
  #stopped = false

  constructor(url: string, channel: string, onNotice: (payload: string) => void) {
    this.#url = url
    this.#channel = channel
    this.#onNotice = onNotice
  }

  /** @returns false where the database has no notifications */
  async start(): Promise<boolean> {
    try {
      await this.#connect()
    } catch (error) {
      if (isMissing(error)) return false
      this.#tryLater()
    }
    return true
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    await this.#client?.end()
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'latchkey listener',
      connectionTimeoutMillis: CONNECT,
      query_timeout: CONNECT,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    })
    let isOver = false
    client.on('error', () => {})
    client.on('notification', ({ payload = '' }) => this.#onNotice(payload))
    client.on('end', () => {
      isOver = true
      if (this.#client === client) this.#tryLater()
    })
    try {
      await client.connect()
      await client.query(`listen ${client.escapeIdentifier(this.#channel)}`)
    } catch (error) {
      client.end().catch(() => {})
      throw error
    }
    if (this.#stopped) return client.end()
    this.#client = client
    // It may have broken before anybody would have noticed.
    if (isOver) this.#tryLater()
    else this.#failures = 0
  }

  #tryLater(): void {
    this.#client = undefined
    if (this.#stopped) return
    const wait = Math.min(FIRST_WAIT * 2 ** this.#failures++, LONGEST_WAIT)
    this.#retry = setTimeout(() => void this.#reconnect(), wait / 2 + randomInt(wait / 2))
    this.#retry.unref()
  }

  async #reconnect(): Promise<void> {
    try {
      await this.#connect()
    } catch {
      this.#tryLater()
      return
    }
    // What was told meanwhile was told to nobody.
    this.#onNotice('')
  }
}

/** Milliseconds. */
const BURST = 5
const CONNECT = 3_000
const FIRST_WAIT = 200
const LONGEST_WAIT = 5_000

/**
 * No such statement, feature or function: CockroachDB has no notifications, and YugabyteDB only
 * lately and where its operator has turned them on.
 */
function isMissing(error: unknown): boolean {
  const code = error instanceof pg.DatabaseError ? error.code : undefined
  return code === '42601' || code === '0A000' || code === '42883'
}

/** A name of a channel is at most 63 bytes long, and so is a schema's. */
function digestOf(schema: string): string {
  return createHash('sha256').update(schema).digest('hex').slice(0, 32)
}
