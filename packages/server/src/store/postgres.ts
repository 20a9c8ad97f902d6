/** PostgreSQL through `pg`, and the databases that speak its dialect: nothing here that those lack. */

import {
  type AddColumnNode,
  type CompiledQuery,
  type CreateIndexNode,
  type CreateTableNode,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  type SelectQueryBuilder,
  sql,
} from 'kysely'
import type pg from 'pg'
import type {
  Check,
  Database,
  DatabaseLoad,
  NewIndex,
  Statement,
  UnitOutcome,
  Watch,
} from './database.js'
import { askOn } from './postgres/ask.js'
import { Connections } from './postgres/connections.js'
import { altersAtOnce, assertEncoding, examineServer } from './postgres/examination.js'
import { makeIndex } from './postgres/indexes.js'
import { Notifications } from './postgres/notifications.js'
import { Replica, type ReplicaOptions } from './postgres/replica.js'
import { examineReplica } from './postgres/replica-examination.js'
import { runRead, runUnit } from './postgres/units.js'
import { type Instant, type Schema, tables } from './schema.js'

/**
 * @param replica may be away, at the start too
 * @throws Refusal `storage_unavailable` where nobody answers at `url`, or refuses.
 */
export async function openPostgres(
  url: string,
  clock: () => number,
  replica?: ReplicaOptions,
): Promise<Database> {
  const database = new PostgresDatabase(url, clock, replica)
  try {
    await database.assertFit()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

class PostgresDatabase implements Database {
  readonly engine = 'PostgreSQL'
  readonly gathers = true
  readonly build = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (build) => new PostgresIntrospector(build),
      createQueryCompiler: () => new QueryCompiler(),
    },
  })
  readonly #connections: Connections
  readonly #replica: Replica | undefined
  readonly #notifications: Notifications
  #altersAtOnce = false
  readonly #clock: () => number

  constructor(url: string, clock: () => number, replica: ReplicaOptions | undefined) {
    this.#clock = clock
    this.#connections = new Connections(url, 'LATCHKEY_DATABASE_URL')
    this.#replica = replica && new Replica(replica)
    this.#notifications = new Notifications(this.#connections)
  }

  async read<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    return this.#connections.use((client) => runRead<Row & pg.QueryResultRow>(client, query))
  }

  async first<Row>(query: CompiledQuery<Row>): Promise<Row | undefined> {
    const [row] = await this.read(query)
    return row
  }

  async readStale<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    return (await this.#replica?.read(query)) ?? this.read(query)
  }

  async write(unit: readonly Statement[]): Promise<UnitOutcome> {
    const outcome = await this.#connections.use((client) => runUnit(client, unit))
    if (outcome.done && unit.some(({ tells }) => tells)) this.#notifications.tell()
    return outcome
  }

  async alter(unit: readonly Statement[]): Promise<UnitOutcome> {
    const patience = { query: sql`set local statement_timeout = 0`.compile(this.build) }
    const outcome = await this.#connections.use(
      (client) => runUnit(client, [patience, ...unit]),
      'none',
    )
    if (outcome.done) return { done: true, rows: outcome.rows.slice(1) }
    return { done: false, failed: outcome.failed - 1 }
  }

  makeIndex(index: NewIndex): Promise<void> {
    return makeIndex(this.#connections, index, this.#altersAtOnce ? 'concurrently' : '')
  }

  get altersAtOnce(): boolean {
    return this.#altersAtOnce
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

  bytes(text: unknown): RawBuilder<Uint8Array> {
    return sql`convert_to(${text}, 'UTF8')`
  }

  rowsOf(json: string): RawBuilder<unknown> {
    return sql`jsonb_array_elements(${json}::jsonb) as given(value)`
  }

  async watch(onChange: () => void): Promise<Watch | undefined> {
    return this.#notifications.watch(onChange)
  }

  async hasTable(name: string): Promise<boolean> {
    const [row] = await this.#query<{ found: boolean }>(
      'select to_regclass($1) is not null as found',
      [name],
    )
    return row?.found ?? false
  }

  async assertFit(): Promise<void> {
    await this.#connections.use(async (client) => {
      await assertEncoding(askOn(client))
      this.#altersAtOnce = await altersAtOnce(askOn(client))
    })
  }

  load(): DatabaseLoad {
    return this.#connections.load
  }

  async ping(): Promise<void> {
    await this.#query('select 1')
  }

  /** It looks at no table's rows, so there is one depth. */
  async examine(): Promise<Check[]> {
    return this.#connections.use((client) => examineServer(askOn(client), tables))
  }

  async size(): Promise<number> {
    const [row] = await this.#query<{ bytes: number }>(
      'select pg_database_size(current_database()) as bytes',
    )
    return row?.bytes ?? 0
  }

  async examineReplica(): Promise<Check[]> {
    const replica = this.#replica
    if (replica === undefined) return []
    return this.#connections.use((here) =>
      replica.use((there) => examineReplica(askOn(here), askOn(there))),
    )
  }

  async close(): Promise<void> {
    const parts = [this.#connections, this.#notifications, this.#replica]
    await Promise.all(parts.map((part) => part?.close()))
  }

  #query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.#connections.use(async (client) => (await client.query<Row>(text, values)).rows)
  }
}

/** What a killed process has made already is left alone when its migration is run again. */
class QueryCompiler extends PostgresQueryCompiler {
  protected override visitCreateTable(node: CreateTableNode): void {
    super.visitCreateTable({ ...node, ifNotExists: true })
  }

  protected override visitCreateIndex(node: CreateIndexNode): void {
    super.visitCreateIndex({ ...node, ifNotExists: true })
  }

  protected override visitAddColumn(node: AddColumnNode): void {
    super.visitAddColumn({ ...node, column: { ...node.column, ifNotExists: true } })
  }
}
