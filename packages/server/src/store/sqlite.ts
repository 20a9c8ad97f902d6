/**
 * SQLite: reads run here, in the main thread, on a read-only connection; writes go to the one
 * writer thread. This file and those under `sqlite/` are all that knows of SQLite.
 */

import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import {
  type CompiledQuery,
  type CreateTableNode,
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import { Refusal } from '../errors.js'
import type {
  Check,
  Database,
  DatabaseLoad,
  Depth,
  NewIndex,
  Statement,
  UnitOutcome,
} from './database.js'
import type { Instant, Schema } from './schema.js'
import {
  Connection,
  isStorageFault,
  type Place,
  type Pragmas,
  pragmasAreRight,
} from './sqlite/connection.js'
import { fileMode, isPrivate, prepareFile } from './sqlite/file.js'
import { WriterThread } from './sqlite/thread.js'

/**
 * Opens the database file at `path` (made if missing), or for `:memory:` a new one that lives as
 * long as it is open.
 * @throws Refusal `storage_unavailable`, with a sentence for the operator.
 */
export async function openSqlite(
  path: string,
  clock: () => number,
  writesMuch = false,
): Promise<Database> {
  const place: Place =
    path === ':memory:' ? memory() : { location: resolve(path), inMemory: false, writesMuch }
  if (!place.inMemory) prepareFile(place.location)
  // The writer comes first: it turns the write-ahead log on, and keeps a database in memory alive.
  const writer = await WriterThread.start(place)
  try {
    return new SqliteDatabase(place, new Connection(place, 'reader'), writer, clock)
  } catch (error) {
    await writer.close()
    throw storageRefusal(error)
  }
}

class SqliteDatabase implements Database {
  readonly engine = 'SQLite'
  /** It reads where it is, and its writer gathers commits. */
  readonly gathers = false
  readonly altersAtOnce = true
  readonly build = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (build) => new SqliteIntrospector(build),
      createQueryCompiler: () => new QueryCompiler(),
    },
  })
  readonly #place: Place
  readonly #reader: Connection
  readonly #writer: WriterThread
  readonly #clock: () => number
  #closed = false

  constructor(place: Place, reader: Connection, writer: WriterThread, clock: () => number) {
    this.#clock = clock
    this.#place = place
    this.#reader = reader
    this.#writer = writer
  }

  async read<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    return this.#read(query.sql, query.parameters)
  }

  first<Row>({ sql, parameters }: CompiledQuery<Row>): Row | undefined {
    return this.#ask(() => this.#reader.first<Row>(sql, parameters))
  }

  readStale<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    return this.read(query)
  }

  async write(unit: readonly Statement[]): Promise<UnitOutcome> {
    const answer = await this.#writer.write(
      unit.map(({ query: { sql, parameters }, requires, touchesOneAtMost }) => ({
        sql,
        parameters,
        requires,
        touchesOneAtMost,
      })),
    )
    switch (answer.kind) {
      case 'done':
        return { done: true, rows: answer.rows }
      case 'requirement failed':
        return { done: false, failed: answer.failed }
      case 'statement failed':
        throw new Error(answer.message)
      case 'storage failed':
        throw storageRefusal(new Error(answer.message))
      default:
        throw new Error('The writer answers what was not asked')
    }
  }

  alter(unit: readonly Statement[]): Promise<UnitOutcome> {
    return this.write(unit)
  }

  /** There is one writer, which does nothing else meanwhile. */
  async makeIndex({ name, table, columns, where }: NewIndex): Promise<void> {
    const index = this.build.schema
      .createIndex(name)
      .ifNotExists()
      .on(table)
      .columns([...columns])
    const some = where === undefined ? index : index.where(sql.raw<boolean>(where))
    await this.alter([{ query: some.compile() }])
  }

  /** There is one writer, so nothing changes within a unit. */
  hold<Query>(query: Query): Query {
    return query
  }

  /** All processes that share a file are on one machine, and go by its clock. */
  now(): RawBuilder<Instant> {
    return sql`${this.clockReading()}`
  }

  clockReading(): number {
    return this.#clock()
  }

  bytes(text: unknown): RawBuilder<Uint8Array> {
    return sql`cast(${text} as blob)`
  }

  rowsOf(json: string): RawBuilder<unknown> {
    return sql`json_each(${json})`
  }

  /** Processes on one machine: to look at the file again is cheap. */
  async watch(): Promise<undefined> {}

  async hasTable(name: string): Promise<boolean> {
    const tables = "select name from sqlite_schema where type = 'table' and name = ?"
    return this.#read(tables, [name]).length > 0
  }

  load(): DatabaseLoad {
    return { waiting: this.#writer.waiting }
  }

  async ping(): Promise<void> {
    this.#writer.assertRunning()
    this.#read('select 1', [])
  }

  async examine(depth: Depth): Promise<Check[]> {
    const [engine] = this.#read<{ version: string }>('select sqlite_version() as version', [])
    return [
      { check: 'engine', verdict: 'holds', detail: `SQLite ${engine?.version}` },
      this.#checkPragmas('reader', this.#reader.pragmas()),
      this.#checkPragmas('writer', await this.#writer.pragmas()),
      // It reads the whole file, in this thread.
      ...(depth === 'whole' ? [this.#checkIntegrity()] : []),
      ...(this.#place.inMemory ? [] : [checkMode(this.#place.location)]),
    ]
  }

  async size(): Promise<number> {
    const [row] = this.#read<{ bytes: number }>(
      'select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()',
      [],
    )
    return row?.bytes ?? 0
  }

  async examineReplica(): Promise<Check[]> {
    return []
  }

  /** The writer closes last: it is the one that can fold the write-ahead log into the file. */
  async close(): Promise<void> {
    if (!this.#closed) this.#reader.close()
    this.#closed = true
    await this.#writer.close()
  }

  #read<Row>(sql: string, parameters: readonly unknown[]): Row[] {
    return this.#ask(() => this.#reader.run<Row>(sql, parameters).rows)
  }

  #ask<Answer>(ask: () => Answer): Answer {
    if (this.#closed) throw storageClosed()
    try {
      return ask()
    } catch (error) {
      throw isStorageFault(error) ? storageRefusal(error) : error
    }
  }

  #checkIntegrity(): Check {
    const faults = this.#read<{ quick_check: string }>('pragma quick_check', [])
    const detail = faults.map((row) => row.quick_check).join('; ')
    return { check: 'integrity', verdict: verdict(detail === 'ok'), detail }
  }

  #checkPragmas(connection: string, pragmas: Pragmas): Check {
    const detail = Object.entries(pragmas).map(([name, value]) => `${name}=${value}`)
    return {
      check: `settings of the ${connection}`,
      verdict: verdict(pragmasAreRight(pragmas, this.#place)),
      detail: detail.join(' '),
    }
  }
}

/**
 * Rows lie in the order of their key, which is a text in every table. Otherwise SQLite numbers them,
 * and each look by the key takes two searches: one for the number, one for the row.
 */
class QueryCompiler extends SqliteQueryCompiler {
  protected override visitCreateTable(node: CreateTableNode): void {
    super.visitCreateTable(node)
    this.append(' without rowid')
  }
}

/** Both threads find it by its name, and nobody else does. */
function memory(): Place {
  return { location: `file:/${randomUUID()}?vfs=memdb`, inMemory: true }
}

function checkMode(path: string): Check {
  const detail = `${path} ${fileMode(path)}`
  return { check: 'file mode', verdict: verdict(isPrivate(path)), detail }
}

function verdict(holds: boolean): 'holds' | 'fails' {
  return holds ? 'holds' : 'fails'
}

function storageRefusal(cause: unknown): Refusal {
  return new Refusal('storage_unavailable', { cause })
}

function storageClosed(): Refusal {
  return new Refusal('storage_unavailable', { message: 'The store is closed.' })
}
