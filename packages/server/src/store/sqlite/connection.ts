/** One connection to an SQLite database, with the settings that durability rests on. */

import { DatabaseSync } from '@photostructure/sqlite'

/** Where a database is: a file's absolute path, or the URI of a database in this process's memory. */
export interface Place {
  readonly location: string
  readonly inMemory: boolean
  /** Whether the writer does nothing but fill it. */
  readonly writesMuch?: boolean
}

export interface Pragmas {
  readonly journal_mode: unknown
  readonly synchronous: unknown
  readonly foreign_keys: unknown
  readonly busy_timeout: unknown
}

export interface Result<Row> {
  rows: Row[]
  /** Rows returned, or else rows touched. */
  count: number
}

export class Connection {
  readonly #database: InstanceType<typeof DatabaseSync>
  readonly #statements = new Map<string, KeptStatement>()

  /** Throws where a setting did not take effect (M01): a commit would not be durable then. */
  constructor(place: Place, role: 'reader' | 'writer') {
    const timeout = BUSY_TIMEOUT[role]
    this.#database = new DatabaseSync(place.location, { readOnly: role === 'reader', timeout })
    try {
      if (role === 'writer' && !place.inMemory) this.#useWriteAheadLog(Date.now() + timeout)
      this.execute('pragma synchronous = full')
      this.execute('pragma foreign_keys = on')
      if (role === 'writer' && place.writesMuch === true) this.execute(LARGE_UNITS)
      refuseWrongPragmas(this.pragmas(), place, timeout)
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  run<Row>(sql: string, parameters: readonly unknown[]): Result<Row> {
    const { statement, rowOf } = this.#prepare(sql)
    if (rowOf === undefined) return { rows: [], count: statement.run(...parameters).changes }
    const rows = statement.all(...parameters).map((values) => rowOf<Row>(values))
    return { rows, count: rows.length }
  }

  /** Of a query that has one row at most. */
  first<Row>(sql: string, parameters: readonly unknown[]): Row | undefined {
    const { statement, rowOf } = this.#prepare(sql)
    const values = statement.get(...parameters)
    return values === undefined ? undefined : rowOf?.<Row>(values)
  }

  execute(sql: string): void {
    this.#database.exec(sql)
  }

  /** Begins or ends a transaction or a part of it: kept prepared, because each write does. */
  control(sql: string): void {
    this.#prepare(sql).statement.run()
  }

  /** The settings as they are on this connection. */
  pragmas(): Pragmas {
    return {
      journal_mode: this.#pragma('journal_mode'),
      synchronous: this.#pragma('synchronous'),
      foreign_keys: this.#pragma('foreign_keys'),
      busy_timeout: this.#pragma('busy_timeout'),
    }
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  /**
   * Copies the write-ahead log into the file and empties it. SQLite does so by itself when the last
   * connection closes, but the driver closes one only once its statements are garbage.
   */
  foldLog(): void {
    this.execute('pragma wal_checkpoint(truncate)')
  }

  #pragma(name: string): unknown {
    const [row] = this.#database.prepare(`pragma ${name}`).all()
    return Object.values(row)[0]
  }

  #prepare(sql: string): KeptStatement {
    const kept = this.#statements.get(sql)
    if (kept) return kept
    const statement = this.#database.prepare(sql)
    const columns = statement.columns().map(({ name }) => name)
    // The driver takes longer to name each value than this does: a fifth of a caller's read.
    statement.setReturnArrays(true)
    const prepared = { statement, rowOf: columns.length > 0 ? rowMaker(columns) : undefined }
    this.#statements.set(sql, prepared)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > KEPT_STATEMENTS && oldest) this.#statements.delete(oldest)
    return prepared
  }

  /** SQLite does not wait for the lock that this change takes; others may be opening the same new file. */
  #useWriteAheadLog(deadline: number): void {
    for (;;) {
      try {
        this.execute('pragma journal_mode = wal')
        return
      } catch (error) {
        if (!isBusy(error) || Date.now() > deadline) throw error
        Atomics.wait(NEVER_NOTIFIED, 0, 0, 5)
      }
    }
  }
}

/**
 * Makes rows of whatever type the query says that they are. Written as an object literal is, because to name the values
 * one by one takes twenty times as long (0.3 microseconds for sixteen); the names are those of our own SQL.
 */
function rowMaker(columns: readonly string[]): RowMaker {
  const members = columns.map((name, at) => `${JSON.stringify(name)}: values[${at}]`)
  return new Function('values', `return { ${members.join(', ')} }`) as RowMaker
}

/** True for faults of the storage (full, busy, gone, damaged), false for those of a statement. */
export function isStorageFault(error: unknown): boolean {
  return STORAGE_FAULTS.has(primaryCode(error))
}

export function pragmasAreRight(pragmas: Pragmas, place: Place): boolean {
  return (
    pragmas.journal_mode === (place.inMemory ? 'memory' : 'wal') &&
    pragmas.synchronous === FULL &&
    pragmas.foreign_keys === 1 &&
    Number(pragmas.busy_timeout) > 0
  )
}

interface KeptStatement {
  readonly statement: ReturnType<InstanceType<typeof DatabaseSync>['prepare']>
  /** Of the values that it returns; undefined where it returns no rows. */
  readonly rowOf: RowMaker | undefined
}

/** Of whatever type the query says that its rows are. */
type RowMaker = <Row>(values: readonly unknown[]) => Row

/** Milliseconds. The reader waits in the main thread, and only where a WAL is being recovered. */
const BUSY_TIMEOUT = { reader: 1_000, writer: 5_000 }
const KEPT_STATEMENTS = 200
/** Pages that many units change stay in 64 MB of memory, and get from as much of a log into the file once. */
const LARGE_UNITS = 'pragma cache_size = -65536; pragma wal_autocheckpoint = 16384'
const FULL = 2
const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4))

// Primary result codes, https://sqlite.org/rescode.html
const BUSY = 5
const STORAGE_FAULTS: ReadonlySet<number> = new Set([
  BUSY,
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  26, // NOTADB
])

function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY
}

function primaryCode(error: unknown): number {
  const hasCode = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
  return hasCode ? Number(error.errcode) & 0xff : 0
}

function refuseWrongPragmas(pragmas: Pragmas, place: Place, timeout: number): void {
  if (pragmasAreRight(pragmas, place) && pragmas.busy_timeout === timeout) return
  throw new Error(`SQLite did not take the settings for durable writes: ${JSON.stringify(pragmas)}`)
}
