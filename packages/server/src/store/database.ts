/** What a table function needs of a database: `sqlite.ts` and `postgres.ts` each fulfil it. */

import type { CompiledQuery, Kysely, RawBuilder, SelectQueryBuilder } from 'kysely'
import type { EndReason } from './end-reasons.js'
import type { Instant, Schema } from './schema.js'

export interface Statement {
  readonly query: CompiledQuery
  /** How many rows it has to touch or return; with any other number the whole unit is undone. */
  readonly requires?: number
  /** It looks for its row by a key, or inserts one: where it has not touched it, it has touched none. */
  readonly touchesOneAtMost?: true
  /** It writes to the change feed: other processes may be told once the unit is committed. */
  readonly tells?: true
  /** It writes this entry of the audit log. */
  readonly records?: string
  /** It ends sessions, and answers a row for each. */
  readonly ends?: EndReason
}

/**
 * Whether there is nothing to undo where a unit fails: it is one statement, which touches the one row that
 * it requires, or none.
 */
export function isOneStep<Step extends { [Name in Mark]?: Statement[Name] | undefined }>(
  unit: readonly Step[],
): unit is readonly [Step] {
  const [only] = unit
  if (only === undefined || unit.length > 1) return false
  return only.requires === undefined || only.touchesOneAtMost === true
}

type Mark = 'requires' | 'touchesOneAtMost'

/** An index that refuses nothing, on a table that may be large. */
export interface NewIndex {
  readonly name: string
  readonly table: keyof Schema
  readonly columns: readonly string[]
  /** In SQL, without parameters: of these rows alone. */
  readonly where?: string
}

export type UnitOutcome =
  | { done: true /** Of each statement, where it returns any. */; rows: unknown[][] }
  | { done: false /** The index of the statement whose requirement failed. */; failed: number }

/** Hears of what other processes commit, until it is stopped. */
export interface Watch {
  stop(): Promise<void>
}

/** One finding of `latchkey doctor`. */
export interface Check {
  check: string
  /** `advises`: it works as it was set, and another way would be safer. */
  verdict: 'holds' | 'advises' | 'warns' | 'fails'
  detail: string
  /** What to do about it. */
  remedy?: string
}

/** How thoroughly: `quick` is for a server that serves meanwhile, and reads no table from end to end. */
export type Depth = 'quick' | 'whole'

/** What is under way. */
export interface DatabaseLoad {
  /** Reads and units that wait for a connection; where there is one writer, units that it has not written yet. */
  readonly waiting: number
  /** Where there are several. */
  readonly connections?: { readonly busy: number; readonly idle: number }
}

/** An answer that is there, or will be. */
export type Soon<Answer> = Answer | Promise<Answer>

export interface Database {
  readonly engine: 'SQLite' | 'PostgreSQL'
  /** Builds and compiles queries; running them is what `read` and `write` are for. */
  readonly build: Kysely<Schema>

  read<Row>(query: CompiledQuery<Row>): Promise<Row[]>

  /**
   * The first row, of a query that has one at most and runs at many requests. At once where the engine reads
   * where it is asked, and then a failure is thrown at once, too: promises took as long as half of such a read.
   */
  first<Row>(query: CompiledQuery<Row>): Soon<Row | undefined>

  /** For what may be a little old, as lists for people are; never for a decision about a token. */
  readStale<Row>(query: CompiledQuery<Row>): Promise<Row[]>

  /**
   * Runs the statements as one transaction, all or none, and answers when it is durable.
   * An error of one unit never touches another.
   */
  write(unit: readonly Statement[]): Promise<UnitOutcome>

  /** The same for changes of the tables themselves, which take as long as they take. */
  alter(unit: readonly Statement[]): Promise<UnitOutcome>

  /**
   * Makes an index while others read and write the table, where the engine can do that. One that is
   * there is left alone.
   */
  makeIndex(index: NewIndex): Promise<void>

  /**
   * Whether changes of tables in one unit are all or none. Where they are not, each can be repeated:
   * what is there already is left alone.
   */
  readonly altersAtOnce: boolean

  /** Whether what many ask for at once is cheaper as one statement: each is a round trip, and a commit. */
  readonly gathers: boolean

  /** Within a unit: nobody changes the selected rows before the unit has ended. */
  hold<Table extends keyof Schema, Row>(
    query: SelectQueryBuilder<Schema, Table, Row>,
  ): SelectQueryBuilder<Schema, Table, Row>

  /** The time by the database's clock, in milliseconds; the same for all processes that share it. */
  now(): RawBuilder<Instant>

  /** The one parameter of `now()`, for queries that are kept. */
  clockReading(): number

  /**
   * Calls `onChange` soon after another process has told of something, or may have. A message can be lost.
   *
   * @returns undefined where the database has no such thing
   */
  watch(onChange: () => void): Promise<Watch | undefined>

  /** The bytes of a text that is handed over as such. */
  bytes(text: unknown): RawBuilder<Uint8Array>

  /**
   * A list of lists in JSON as what a query reads from: one parameter, however many rows there are. The first
   * that each holds is `value ->> 0`.
   */
  rowsOf(json: string): RawBuilder<unknown>

  hasTable(name: string): Promise<boolean>
  load(): DatabaseLoad
  ping(): Promise<void>
  examine(depth: Depth): Promise<Check[]>
  /** Bytes that it takes on its disk. */
  size(): Promise<number>
  /** Nothing where there is none. @throws Refusal `storage_unavailable` where it does not answer */
  examineReplica(): Promise<Check[]>
  close(): Promise<void>
}

/** A query compiled once and run often with other parameters; also kept prepared under its name. */
export type KeptQuery<Row> = CompiledQuery<Row> & { readonly name: string }

export type Parameter = string | number | null

/** Lists are for databases that gather. */
type KeptParameter = Parameter | readonly (string | number)[]

/**
 * Keeps a compiled query: building one anew costs more than running it.
 * The parameters are given in the order in which they stand in the SQL text.
 */
export function keep<Row>(
  name: string,
  query: CompiledQuery<Row>,
): (...parameters: KeptParameter[]) => KeptQuery<Row> {
  return (...parameters) => ({ ...query, name, parameters })
}

/**
 * Keeps an insert of whole rows: compiled for the first of them, and run for each with its values in
 * that one's order.
 */
export function keepInsert<Row extends { [Column in keyof Row]: Parameter }>(
  name: string,
  compile: (row: Row) => CompiledQuery,
): (row: Row) => KeptQuery<unknown> {
  let kept: ((...parameters: Parameter[]) => KeptQuery<unknown>) | undefined
  const columns: (keyof Row)[] = []
  return (row) => {
    if (kept === undefined) {
      for (const column in row) columns.push(column)
      kept = keep(name, compile(row))
    }
    return kept(...columns.map((column) => row[column]))
  }
}
