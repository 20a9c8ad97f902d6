/** A PostgreSQL and its synchronous standby, which end with the tests that started them. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

export class PostgresPair {
  /** The port of the one that takes writes. */
  primary: number
  #standby: number | undefined
  readonly #keeper: Keeper

  static async start(): Promise<PostgresPair> {
    const keeper = startKeeper()
    return new PostgresPair(keeper, JSON.parse(await keeper.nextLine()))
  }

  private constructor(keeper: Keeper, ports: { primary: number; standby: number }) {
    this.#keeper = keeper
    this.primary = ports.primary
    this.#standby = ports.standby
  }

  /** Of the one that takes writes. */
  get url(): string {
    return urlAt(this.primary)
  }

  get standbyUrl(): string {
    if (this.#standby === undefined) throw new Error('There is no standby')
    return urlAt(this.#standby)
  }

  /** Resolves when no process of it is left. */
  async killPrimary(): Promise<void> {
    this.#keeper.send('kill')
    await this.#keeper.nextLine()
  }

  async promoteStandby(): Promise<void> {
    this.primary = Number(new URL(this.standbyUrl).port)
    this.#standby = undefined
    await this.rowsOf('select pg_promote(true)')
  }

  /** Resolves when the primary has a standby again that has all of it. */
  async rebuildStandby(): Promise<void> {
    this.#keeper.send('rebuild')
    this.#standby = Number(await this.#keeper.nextLine())
  }

  async rowsOf(query: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(this.url)
    await client.connect()
    try {
      return (await client.query(query, values)).rows
    } finally {
      await client.end()
    }
  }

  async stop(): Promise<void> {
    await this.#keeper.stop()
  }
}

function urlAt(port: number): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}

type Keeper = ReturnType<typeof startKeeper>

function startKeeper() {
  const child = spawn(process.execPath, [program, LAG, 'fsync=off'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)
  return {
    send: (line: string) => void child.stdin.write(`${line}\n`),
    async nextLine(): Promise<string> {
      const ended = exited.then(() => Promise.reject(new Error('There is no PostgreSQL any more')))
      const [line] = await Promise.race([once(lines, 'line'), ended])
      return line
    },
    async stop() {
      child.stdin.end()
      await exited
    },
  }
}

/** Milliseconds. So far away, a standby that nobody waited for would lack what was answered last. */
const LAG = '20'
// Without `fsync`: its processes are killed, the machine is not, and what they have written stays.
const program = join(import.meta.dirname, '../../cluster/postgres-pair.mjs')
