/**
 * What servers have counted, by steps of time. All processes add to the same rows, and each says with what it adds how
 * far it is: so a batch of which nobody knows whether it was written can be written again, and counts once.
 */

import { sql } from 'kysely'
import type { Database, Statement } from './database.js'
import type { Instant, StatisticRow } from './schema.js'

/** What a process has counted since its last batch. */
export interface StatisticsBatch {
  /** The id of the process. */
  readonly writer: string
  /** 1, 2, 3 ... */
  readonly number: number
  /** Of all, in one order, so that no two units wait for each other. */
  readonly counts: readonly StatisticRow[]
  /** Those of which the highest stays; the same. */
  readonly peaks: readonly StatisticRow[]
}

export class StatisticsTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Adds a batch, unless it was added before. */
  async add(batch: StatisticsBatch): Promise<void> {
    await this.#database.write([this.#turn(batch), ...this.#counts(batch), ...this.#peaks(batch)])
  }

  /** All that there is of the steps that begin at a time or later. */
  async since(step: number, start: Instant): Promise<Omit<StatisticRow, 'step'>[]> {
    const query = this.#database.build
      .selectFrom('statistics')
      .select(['start', 'figure', 'value'])
      .where('step', '=', step)
      .where('start', '>=', start)
    return this.#database.readStale(query.compile())
  }

  /** Deletes the steps of one length that began before a time. @returns how many rows there were */
  async forget(step: number, before: Instant): Promise<number> {
    const query = this.#database.build
      .deleteFrom('statistics')
      .where('step', '=', step)
      .where('start', '<', before)
      .returning('figure')
    return this.#delete({ query: query.compile() })
  }

  /** Deletes the processes that have written nothing since a time. @returns how many */
  async forgetWriters(before: Instant): Promise<number> {
    const query = this.#database.build
      .deleteFrom('statistics_writers')
      .where('at', '<', before)
      .returning('id')
    return this.#delete({ query: query.compile() })
  }

  #turn({ writer, number }: StatisticsBatch): Statement {
    const query = sql`insert into statistics_writers (id, batch, at)
      values (${writer}, ${number}, ${this.#database.now()})
      on conflict (id) do update set batch = excluded.batch, at = excluded.at
      where statistics_writers.batch < excluded.batch`
    return {
      query: query.compile(this.#database.build),
      requires: 1,
      touchesOneAtMost: true,
    }
  }

  #counts({ counts }: StatisticsBatch): Statement[] {
    return this.#upsert(counts, sql`statistics.value + excluded.value`)
  }

  #peaks({ peaks }: StatisticsBatch): Statement[] {
    const higher = sql`case when excluded.value > statistics.value
      then excluded.value else statistics.value end`
    return this.#upsert(peaks, higher)
  }

  #upsert(rows: readonly StatisticRow[], joined: ReturnType<typeof sql>): Statement[] {
    if (rows.length === 0) return []
    const given = rows.map(({ step, start, figure, value }) => [step, start, figure, value])
    // Without a condition, SQLite would take `on conflict` for a join's.
    const query = sql`insert into statistics (step, start, figure, value)
      select cast(value ->> 0 as bigint), cast(value ->> 1 as bigint), value ->> 2,
        cast(value ->> 3 as bigint)
      from ${this.#database.rowsOf(JSON.stringify(given))} where true
      on conflict (step, start, figure) do update set value = ${joined}`
    return [{ query: query.compile(this.#database.build) }]
  }

  async #delete(statement: Statement): Promise<number> {
    const outcome = await this.#database.write([statement])
    return outcome.done ? (outcome.rows[0]?.length ?? 0) : 0
  }
}
