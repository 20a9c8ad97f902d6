/**
 * How often a secret was tried, by what is tried and by who tries. An attempt is counted before its secret is
 * looked at, by one statement that also says whether there may be one: of any number at once no more go on
 * than may (checklist H02, M06).
 *
 * Of a row, `forgotten_at` says how many are counted still: it moves on by `forget` with each, and time takes
 * them away again one by one. Beyond those that are free, the next must come `wait` after `at`: each time twice
 * as long, and at most until one is forgotten.
 */

import { type CompiledQuery, sql } from 'kysely'
import { type Database, type KeptQuery, keep } from './database.js'
import type { AttemptRow, Instant } from './schema.js'

/** What is counted, and how often it may be. */
export interface AttemptLimit {
  /** Names nobody: a MAC. */
  readonly key: string
  /** How many go unslowed: two or more. */
  readonly free: number
  /** Milliseconds after which one of them is forgotten. */
  readonly forget: number
}

/** An attempt as one limit has counted it. */
export interface CountedAttempt {
  readonly key: string
  readonly at: number
  /** Milliseconds until the next may come. */
  readonly wait: number
  /** How many are counted now. */
  readonly count: number
}

export type Counting =
  | { readonly counted: CountedAttempt }
  /** It is full: nothing is counted. */
  | { readonly key: string; readonly nextAt: Instant }

export class AttemptTable {
  readonly #database: Database
  readonly #queries: AttemptQueries

  constructor(database: Database) {
    this.#database = database
    this.#queries = attemptQueries(database)
  }

  /** Counts an attempt, if there may be one. */
  async count(limit: AttemptLimit): Promise<Counting> {
    const { key, free, forget } = limit
    const now = this.#database.clockReading()
    const enough = Math.round((free - 0.5) * forget)
    const query = this.#queries.count(key, now, forget, now, forget, enough, firstWait(forget))
    // By itself, and in no unit: whoever comes next waits for no round trip.
    const outcome = await this.#database.write([{ query, requires: 1, touchesOneAtMost: true }])
    if (outcome.done) return { counted: read(limit, outcome.rows[0]) }
    const [row] = await this.#database.read<{ next_at: Instant }>(this.#queries.nextAt(key))
    return { key, nextAt: row?.next_at ?? (0 as Instant) }
  }

  /** Takes back what was counted. */
  async refund({ key, at, wait }: CountedAttempt): Promise<void> {
    const before = wait < 2 * longestFirst ? 0 : Math.floor(wait / 2)
    // Another attempt may have been counted since: its wait stays.
    const isLast = sql`at = cast(${at} as bigint) and wait = cast(${wait} as bigint)`
    const query = this.#database.build
      .updateTable('attempts')
      .set({
        forgotten_at: sql<Instant>`forgotten_at - forget`,
        at: sql<Instant>`case when ${isLast} then at - wait else at end`,
        wait: sql<number>`case when ${isLast} then cast(${before} as bigint) else wait end`,
      })
      .where('key', '=', key)
    await this.#database.write([{ query: query.compile() }])
  }
}

interface AttemptQueries {
  count(...parameters: (string | number)[]): KeptQuery<unknown>
  nextAt(key: string): KeptQuery<{ next_at: Instant }>
}

function attemptQueries(database: Database): AttemptQueries {
  const nextAt = database.build
    .selectFrom('attempts')
    .select(sql<Instant>`at + wait`.as('next_at'))
    .where(sql<boolean>`key = ${''}`)
  return {
    count: keep('attempt_count', countQuery(database)),
    nextAt: keep('attempt_next_at', nextAt.compile()),
  }
}

/** With the time that was inserted as now: a clock that is asked twice says two things. */
function countQuery(database: Database): CompiledQuery<unknown> {
  const now = database.now()
  const left = sql`excluded.forget + case
    when attempts.forgotten_at > excluded.at then attempts.forgotten_at - excluded.at else 0 end`
  return sql`insert into attempts (key, at, forget, wait, forgotten_at)
    values (${''}, ${now}, ${0}, 0, ${now} + cast(${0} as bigint))
    on conflict (key) do update set
      at = excluded.at,
      forget = excluded.forget,
      wait = case
        when ${left} < cast(${0} as bigint) then 0
        when attempts.wait = 0 then cast(${0} as bigint)
        when 2 * attempts.wait < excluded.forget then 2 * attempts.wait
        else excluded.forget end,
      forgotten_at = excluded.at + ${left}
    where attempts.wait = 0 or attempts.at + attempts.wait <= excluded.at
    returning at, wait, forgotten_at`.compile(database.build)
}

/** Milliseconds. */
const longestFirst = 1_000

function firstWait(forget: number): number {
  return Math.min(longestFirst, forget)
}

function read({ key, forget }: AttemptLimit, rows: unknown[] | undefined): CountedAttempt {
  const [row] = rows ?? []
  if (!isCounted(row)) throw new Error('A counted attempt has no row')
  const { at, wait, forgotten_at: forgottenAt } = row
  return { key, at, wait, count: Math.round((forgottenAt - at) / forget) }
}

type CountedRow = Pick<AttemptRow, 'at' | 'wait' | 'forgotten_at'>

function isCounted(row: unknown): row is CountedRow {
  return typeof row === 'object' && row !== null && 'wait' in row && 'forgotten_at' in row
}
