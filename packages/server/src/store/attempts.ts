/**
 * How often a secret was tried, by what is tried and by who tries. An attempt is counted before its secret is
 * looked at, by a statement for each limit that also says whether there may be one: of any number at once no
 * more go on than may (checklist H02, M06).
 *
 * Of a row, `forgotten_at` says how many are counted still: it moves on by `forget` with each, and time takes
 * them away again one by one. Beyond those that are free, the next must come `wait` after `at`: each time twice
 * as long, and at most until one is forgotten.
 */

import { type CompiledQuery, sql } from 'kysely'
import { auditEntry } from './audit.js'
import { type Database, type KeptQuery, keep, type Statement } from './database.js'
import type { AttemptRow, AuditRow, Instant } from './schema.js'

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
export interface CountedAttempt<Limit extends AttemptLimit = AttemptLimit> {
  readonly limit: Limit
  readonly at: number
  /** Milliseconds until the next may come. */
  readonly wait: number
  /** How many are counted now. */
  readonly count: number
  /** When all of those are forgotten. */
  readonly forgottenAt: number
}

export type Counting<Limit extends AttemptLimit> =
  | { readonly counted: readonly CountedAttempt<Limit>[] }
  /** Nothing is counted. */
  | { readonly full: readonly FullLimit<Limit>[] }

/** There was no room. */
export interface FullLimit<Limit extends AttemptLimit> {
  readonly limit: Limit
  /** When the next may come. */
  readonly nextAt: Instant
}

export class AttemptTable {
  readonly #database: Database
  readonly #queries: AttemptQueries
  readonly #refund: Refund

  constructor(database: Database) {
    this.#database = database
    this.#queries = attemptQueries(database)
    this.#refund = keepRefund(database)
  }

  /**
   * Counts an attempt by all of these limits, or by none where one is full.
   *
   * @param limits in an order that is everybody's, so that no two units wait for each other
   */
  async count<Limit extends AttemptLimit>(limits: readonly Limit[]): Promise<Counting<Limit>> {
    if (limits.length === 0) return { counted: [] }
    const outcome = await this.#database.write(limits.map((limit) => this.#countBy(limit)))
    if (outcome.done) {
      return { counted: limits.map((limit, at) => read(limit, outcome.rows[at])) }
    }
    const all = await Promise.all(limits.map((limit) => this.#look(limit)))
    return { full: all.filter(({ nextAt }, at) => nextAt > 0 || at === outcome.failed) }
  }

  /** Those of the limits by which the next attempt has to wait. Nothing is counted. */
  async full<Limit extends AttemptLimit>(limits: readonly Limit[]): Promise<FullLimit<Limit>[]> {
    const all = await Promise.all(limits.map((limit) => this.#look(limit)))
    return all.filter(({ nextAt }) => nextAt > 0)
  }

  /** Takes back all that is counted by these limits. */
  async clear(limits: readonly AttemptLimit[], event: AuditRow): Promise<void> {
    const { build } = this.#database
    const all = limits.map(({ key }) => build.deleteFrom('attempts').where('key', '=', key))
    await this.#database.write([
      ...all.map((query) => ({ query: query.compile() })),
      auditEntry(build, event),
    ])
  }

  /**
   * Marks what is good for one use.
   *
   * @param forget milliseconds for which it stays marked
   * @returns whether it was not marked yet: of any number at once, of one
   */
  async spend(key: string, forget: number): Promise<boolean> {
    const now = this.#database.clockReading()
    const query = this.#queries.spend(key, now, forget, now, forget)
    const outcome = await this.#database.write([{ query, requires: 1, touchesOneAtMost: true }])
    return outcome.done
  }

  /** Takes back what was counted. */
  async refund(counted: readonly CountedAttempt[]): Promise<void> {
    if (counted.length > 0) await this.#database.write(counted.map(this.#refund))
  }

  #countBy({ key, free, forget }: AttemptLimit): Statement {
    const now = this.#database.clockReading()
    const enough = Math.round((free - 0.5) * forget)
    const query = this.#queries.count(key, now, forget, now, forget, enough, firstWait(forget))
    return { query, requires: 1, touchesOneAtMost: true }
  }

  async #look<Limit extends AttemptLimit>(limit: Limit): Promise<FullLimit<Limit>> {
    const query = this.#queries.nextAt(limit.key, this.#database.clockReading())
    const [row] = await this.#database.read<{ next_at: Instant }>(query)
    return { limit, nextAt: row?.next_at ?? (0 as Instant) }
  }
}

export type Refund = (counted: CountedAttempt) => Statement

/** Takes back what was counted, for the units of other tables: as their last, and in the order of counting. */
export function keepRefund(database: Database): Refund {
  // Another attempt may have been counted since: its wait stays.
  const isLast = sql`at = cast(${0} as bigint) and wait = cast(${0} as bigint)`
  const query = database.build
    .updateTable('attempts')
    .set({
      forgotten_at: sql<Instant>`forgotten_at - forget`,
      at: sql<Instant>`case when ${isLast} then at - wait else at end`,
      wait: sql<number>`case when ${isLast} then cast(${0} as bigint) else wait end`,
    })
    .where(sql<boolean>`key = ${''}`)
    // What is forgotten already is not there to be taken back: others that were counted since are.
    .where(sql<boolean>`cast(${0} as bigint) > ${database.now()}`)
  const refund = keep('attempt_refund', query.compile())
  return ({ limit: { key }, at, wait, forgottenAt }) => {
    const before = wait < 2 * longestFirst ? 0 : Math.floor(wait / 2)
    const now = database.clockReading()
    return { query: refund(at, wait, at, wait, before, key, forgottenAt, now) }
  }
}

interface AttemptQueries {
  count(...parameters: (string | number)[]): KeptQuery<unknown>
  nextAt(key: string, now: number): KeptQuery<{ next_at: Instant }>
  spend(...parameters: (string | number)[]): KeptQuery<unknown>
}

function attemptQueries(database: Database): AttemptQueries {
  const nextAt = database.build
    .selectFrom('attempts')
    .select(sql<Instant>`at + wait`.as('next_at'))
    .where(sql<boolean>`key = ${''} and wait > 0 and at + wait > ${database.now()}`)
  return {
    count: keep('attempt_count', countQuery(database)),
    nextAt: keep('attempt_next_at', nextAt.compile()),
    spend: keep('attempt_spend', spendQuery(database)),
  }
}

/** With the time that was inserted as now: a clock that is asked twice says two things. */
function countQuery(database: Database): CompiledQuery<unknown> {
  const now = database.now()
  // A clock that was set back must not make more of what is counted, nor of the wait.
  const latest = sql`case when attempts.at > excluded.at then attempts.at else excluded.at end`
  const left = sql`excluded.forget + case
    when attempts.forgotten_at > ${latest} then attempts.forgotten_at - ${latest} else 0 end`
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
      or attempts.at > excluded.at + excluded.forget
    returning at, wait, forgotten_at`.compile(database.build)
}

function spendQuery(database: Database): CompiledQuery<unknown> {
  const now = database.now()
  return sql`insert into attempts (key, at, forget, wait, forgotten_at)
    values (${''}, ${now}, ${0}, 0, ${now} + cast(${0} as bigint))
    on conflict (key) do nothing`.compile(database.build)
}

/** Milliseconds. */
const longestFirst = 1_000

function firstWait(forget: number): number {
  return Math.min(longestFirst, forget)
}

function read<Limit extends AttemptLimit>(
  limit: Limit,
  rows: unknown[] | undefined,
): CountedAttempt<Limit> {
  const [row] = rows ?? []
  if (!isCounted(row)) throw new Error('A counted attempt has no row')
  const { at, wait, forgotten_at: forgottenAt } = row
  return { limit, at, wait, count: Math.round((forgottenAt - at) / limit.forget), forgottenAt }
}

type CountedRow = Pick<AttemptRow, 'at' | 'wait' | 'forgotten_at'>

function isCounted(row: unknown): row is CountedRow {
  return typeof row === 'object' && row !== null && 'wait' in row && 'forgotten_at' in row
}
