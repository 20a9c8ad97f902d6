/**
 * How often a secret was tried, by what is tried and by who tries. An attempt is counted before its secret is
 * looked at, by one statement for each limit that also says whether there may be one: of any number at once
 * no more go on than may (checklist H02, M06).
 *
 * Of a row, `forgotten_at` says how many are counted still: it moves on by `forget` with each, and time takes
 * them away again one by one. Beyond those that are free, the next must come `wait` after `at`: each time twice
 * as long, and at most until one is forgotten.
 */

import { type CompiledQuery, sql } from 'kysely'
import { type Database, type KeptQuery, keep, type Statement } from './database.js'
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
  | { readonly counted: readonly CountedAttempt[] }
  /** Of the first limit that has no room: nothing is counted. */
  | { readonly full: AttemptLimit; readonly nextAt: Instant }

export class AttemptTable {
  readonly #database: Database
  readonly #queries: AttemptQueries

  constructor(database: Database) {
    this.#database = database
    this.#queries = attemptQueries(database)
  }

  /**
   * Counts an attempt by all limits, or by none.
   *
   * @param limits in one order everywhere, so that no two attempts wait for each other
   */
  async count(limits: readonly AttemptLimit[]): Promise<Counting> {
    const outcome = await this.#database.write(
      limits.map((limit) => ({ query: this.#countOne(limit), requires: 1 })),
    )
    if (outcome.done) return { counted: limits.map((limit, at) => read(limit, outcome.rows[at])) }
    const full = limits[outcome.failed]
    if (full === undefined) throw new Error('A limit refused that was not asked')
    return { full, nextAt: await this.#nextAt(full.key) }
  }

  /** Takes back what was counted. */
  async refund(counted: readonly CountedAttempt[]): Promise<void> {
    await this.#database.write(refundAttempts(this.#database, counted))
  }

  #countOne({ key, free, forget }: AttemptLimit): CompiledQuery {
    const now = this.#database.clockReading()
    const enough = Math.round((free - 0.5) * forget)
    return this.#queries.count(key, now, forget, now, forget, enough, firstWait(forget))
  }

  async #nextAt(key: string): Promise<Instant> {
    const [row] = await this.#database.read<{ next_at: Instant }>(this.#queries.nextAt(key))
    return row?.next_at ?? (0 as Instant)
  }
}

/** The statements that take back an attempt, for the units of other tables. */
export function refundAttempts(
  { build }: Pick<Database, 'build'>,
  counted: readonly CountedAttempt[],
): Statement[] {
  return counted.map(({ key, at, wait }) => {
    const before = wait < 2 * longestFirst ? 0 : Math.floor(wait / 2)
    // Another attempt may have been counted since: its wait stays.
    const isLast = sql`at = cast(${at} as bigint)`
    const query = build
      .updateTable('attempts')
      .set({
        forgotten_at: sql<Instant>`forgotten_at - forget`,
        at: sql<Instant>`case when ${isLast} then at - wait else at end`,
        wait: sql<number>`case when ${isLast} then cast(${before} as bigint) else wait end`,
      })
      .where('key', '=', key)
    return { query: query.compile(), touchesOneAtMost: true }
  })
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
