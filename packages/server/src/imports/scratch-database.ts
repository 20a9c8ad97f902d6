import { DatabaseSync } from '@photostructure/sqlite'

type Row = Readonly<Record<string, unknown>>

/** A kept statement. */
export interface ScratchStatement {
  run(...values: string[]): void
  get(...values: (string | number)[]): Row | undefined
  all(...values: string[]): Row[]
}

/**
 * What is too much for memory, for as long as it is needed: a file that nobody else sees, and that is gone when it
 * is closed.
 */
export class ScratchDatabase {
  // Without a name SQLite makes it where temporary files are.
  readonly #database = new DatabaseSync('')

  /** @param start statements that make its tables, or set it up */
  constructor(start: string) {
    // Nothing of it is read after a fault.
    this.execute(`pragma journal_mode = off; pragma synchronous = off; ${start}; begin`)
  }

  execute(sql: string): void {
    told(() => this.#database.exec(sql))
  }

  prepare(sql: string): ScratchStatement {
    const statement = told(() => this.#database.prepare(sql))
    return {
      run: (...values) => void told(() => statement.run(...values)),
      get: (...values) => told(() => statement.get(...values)),
      all: (...values) => told(() => statement.all(...values)),
    }
  }

  close(): void {
    this.#database.close()
  }
}

/** The engine's own words sound as if the database were full that users are imported into. */
function told<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const advice = 'Free some of its folder, or name another by SQLITE_TMPDIR, and go on'
    throw new Error(`A temporary file can't be used: ${why}. ${advice}.`, { cause })
  }
}
