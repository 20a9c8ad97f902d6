/** PostgreSQL through `pg`, and the databases that speak its dialect: nothing here that those lack. */

import { randomInt } from 'node:crypto'
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  type SelectQueryBuilder,
  sql,
} from 'kysely'
import pg from 'pg'
import { Refusal } from '../errors.js'
import type { Check, Database, Statement, UnitOutcome } from './database.js'
import type { Instant, Schema } from './schema.js'

/** @throws Refusal `storage_unavailable` where nobody answers at `url`, or refuses. */
export async function openPostgres(url: string, clock: () => number): Promise<Database> {
  const database = new PostgresDatabase(url, clock)
  try {
    await database.ping()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

class PostgresDatabase implements Database {
  readonly engine = 'PostgreSQL'
  readonly build = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (build) => new PostgresIntrospector(build),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  readonly #pool: pg.Pool
  readonly #clock: () => number
  readonly #running = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(url: string, clock: () => number) {
    this.#clock = clock
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: 'latchkey',
      max: CONNECTIONS,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      allowExitOnIdle: true,
      types: { getTypeParser: typeParser },
    })
    // A connection that breaks is replaced; without these listeners it would end the process, the
    // first while it is idle, the second while a unit runs on it, which is told by its own query.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => void client.on('error', () => {}))
  }

  async read<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    return this.#whileOpen((client) => run<Row & pg.QueryResultRow>(client, query))
  }

  async write(unit: readonly Statement[]): Promise<UnitOutcome> {
    return this.#whileOpen((client) => runUntilSerialized(client, unit))
  }

  hold<Table extends keyof Schema, Row>(query: SelectQueryBuilder<Schema, Table, Row>) {
    return query.forShare()
  }

  /** Tests turn the clock by its distance from the machine's, which is nothing otherwise. */
  now(): RawBuilder<Instant> {
    const turned = this.clockReading()
    return sql`(floor(extract(epoch from clock_timestamp()) * 1000)::bigint + ${turned}::bigint)`
  }

  clockReading(): number {
    // Not 0 between two looks at one clock, if the millisecond turns between them.
    return this.#clock === Date.now ? 0 : this.#clock() - Date.now()
  }

  async hasTable(name: string): Promise<boolean> {
    const [row] = await this.#query<{ found: boolean }>(
      'select to_regclass($1) is not null as found',
      [name],
    )
    return row?.found ?? false
  }

  async ping(): Promise<void> {
    await this.#query('select 1')
  }

  async examine(): Promise<Check[]> {
    const settings = await this.#query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [['server_version', 'server_encoding', ...MUST_BE_ON]],
    )
    const setting = (name: string) =>
      settings.find((row) => row.name === name)?.setting ?? 'unknown'
    return [
      { check: 'engine', ok: true, detail: `PostgreSQL ${setting('server_version')}` },
      {
        check: 'encoding',
        ok: setting('server_encoding') === 'UTF8',
        detail: setting('server_encoding'),
      },
      ...MUST_BE_ON.map((name) => ({
        check: name,
        ok: setting(name) !== 'off',
        detail: setting(name),
      })),
    ]
  }

  async close(): Promise<void> {
    this.#closing ??= this.#end()
    await this.#closing
  }

  /** The pool would forget who waits for a connection: they come first. */
  async #end(): Promise<void> {
    await Promise.allSettled(this.#running)
    await this.#pool.end()
  }

  #query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.#whileOpen(async (client) => (await client.query<Row>(text, values)).rows)
  }

  async #whileOpen<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    if (this.#closing) throw new Refusal('storage_unavailable', { message: 'The store is closed.' })
    const running = this.#onConnection(work)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async #onConnection<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    let client: pg.PoolClient | undefined
    let broken = false
    try {
      client = await this.#pool.connect()
      return await work(client)
    } catch (error) {
      broken = !(error instanceof pg.DatabaseError)
      throw isStorageFault(error) ? new Refusal('storage_unavailable', { cause: error }) : error
    } finally {
      client?.release(broken)
    }
  }
}

const CONNECTIONS = 10
const ATTEMPTS = 8
/** Without these PostgreSQL can lose what it has acknowledged. */
const MUST_BE_ON = ['fsync', 'full_page_writes', 'synchronous_commit']

/** A unit that met another one is run again from its start. */
async function runUntilSerialized(
  client: pg.PoolClient,
  unit: readonly Statement[],
): Promise<UnitOutcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runUnit(client, unit)
    } catch (error) {
      if (!isSerializationFailure(error) || attempt === ATTEMPTS) throw error
      await randomPause(attempt)
    }
  }
}

async function runUnit(client: pg.PoolClient, unit: readonly Statement[]): Promise<UnitOutcome> {
  await client.query('begin')
  try {
    const outcome = await runStatements(client, unit)
    await client.query(outcome.done ? 'commit' : 'rollback')
    return outcome
  } catch (error) {
    if (error instanceof pg.DatabaseError) await client.query('rollback')
    throw error
  }
}

async function runStatements(
  client: pg.PoolClient,
  unit: readonly Statement[],
): Promise<UnitOutcome> {
  const rows: unknown[][] = []
  for (const [index, { query, requires }] of unit.entries()) {
    const result = await client.query(orderOf(query))
    if (requires !== undefined && result.rowCount !== requires)
      return { done: false, failed: index }
    rows.push(result.rows)
  }
  return { done: true, rows }
}

/** A kept query has a name, under which the server keeps its plan. */
async function run<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  query: CompiledQuery,
): Promise<Row[]> {
  return (await client.query<Row>(orderOf(query))).rows
}

function orderOf(query: CompiledQuery): pg.QueryConfig {
  const name = 'name' in query && typeof query.name === 'string' ? { name: query.name } : {}
  return { ...name, text: query.sql, values: [...query.parameters] }
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

/** serialization_failure and deadlock_detected: the unit has left nothing behind. */
function isSerializationFailure(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01')
}

/**
 * All that is not a complaint about a statement: no connection, one that broke (then nobody knows
 * whether a unit was committed, and nobody is told that it was, M04), a server that is full, stops,
 * only reads or does not let us in, or units that met too often. Classes by the first two characters of SQLSTATE.
 */
function isStorageFault(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true
  const code = error.code ?? ''
  if (isSerializationFailure(error)) return true
  return ['08', '28', '3D', '53', '57', '58', 'XX'].includes(code.slice(0, 2)) || code === '25006'
}

async function randomPause(attempt: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, randomInt(2 ** attempt + 1)))
}
