/** The outbox: a mail is written in the unit of what it tells of, and sent from here afterwards. */

import { type CompiledQuery, type Kysely, sql } from 'kysely'
import type { Database, Statement } from './database.js'
import { beyond, type Page, pageOf } from './pages.js'
import type { Instant, MailRow, Schema, UserId } from './schema.js'

/** A wrapped text in the place of what it was before. */
export interface MailRewrapping extends Pick<MailRow, 'id'> {
  from: string
  to: string
}

export type WrappedMail = Pick<MailRow, 'id' | 'due_at' | 'wrapped_values'>

/** What an attempt came to. Of one that is queued still, `due_at` is when the next may be. */
export type MailResult = Pick<MailRow, 'state' | 'attempts' | 'due_at' | 'sent_at' | 'fault'>

/** What has to be sent. */
export interface MailQueue {
  readonly length: number
  /** When the one that waits the longest was written. */
  readonly since: Instant | undefined
}

export interface MailQuery {
  limit: number
  /** The `next` of the page before. */
  after?: string
  state?: MailRow['state']
  userId?: UserId
}

export class MailTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @param at the time by the database's clock */
  async hasDue(at: Instant): Promise<boolean> {
    const query = this.#database.build
      .selectFrom('mails')
      .select('id')
      .where('state', '=', 'queued')
      .where('due_at', '<=', at)
      // Those that wait are the newest: without an order a planner may read its way through all the others.
      .orderBy('due_at')
      .limit(1)
    return (await this.#database.read(query.compile())).length > 0
  }

  /** @param most that are counted */
  async queue(most: number): Promise<MailQueue> {
    const query = this.#database.build
      .selectFrom('mails')
      .select('created_at')
      .where('state', '=', 'queued')
      .orderBy('due_at')
      .limit(most)
    const rows = await this.#database.read(query.compile())
    const [since] = rows.map((row) => row.created_at).toSorted((one, other) => one - other)
    return { length: rows.length, since }
  }

  /**
   * Takes those that are due the longest in hand: until `heldUntil` no other process has them.
   *
   * @param at the time by the database's clock
   */
  async take(at: Instant, heldUntil: Instant, limit: number): Promise<MailRow[]> {
    return this.#run<MailRow>(
      this.#ofDue(at, limit, { due_at: heldUntil }).returningAll().compile(),
    )
  }

  /**
   * Keeps those that are due, where there is no mail server.
   *
   * @param until when they are forgotten
   * @returns how many
   */
  async keep(at: Instant, until: Instant, limit: number): Promise<number> {
    const kept = this.#ofDue(at, limit, { state: 'kept', due_at: until }).returning('id')
    return (await this.#run(kept.compile())).length
  }

  /**
   * Writes down what came of a mail that was in hand. What it is made from goes when it is not
   * queued any more. One that has been accepted is sent even if it was held for too long; anything
   * else is said only by who holds it.
   */
  async settle(
    { id, due_at: held }: Pick<MailRow, 'id' | 'due_at'>,
    to: MailResult,
  ): Promise<void> {
    let query = this.#database.build
      .updateTable('mails')
      .set(to.state === 'queued' ? to : { ...to, wrapped_values: null })
      .where('id', '=', id)
      .where('state', '=', 'queued')
    if (to.state !== 'sent') query = query.where('due_at', '=', held)
    await this.#database.write([{ query: query.compile() }])
  }

  async find(id: string): Promise<MailRow | undefined> {
    const query = this.#database.build.selectFrom('mails').selectAll().where('id', '=', id)
    const [mail] = await this.#database.read(query.compile())
    return mail
  }

  /** Newest first; those in one state by when they are due, the latest first. */
  async list({ limit, after, state, userId }: MailQuery): Promise<Page<MailRow>> {
    const by = state !== undefined && userId === undefined ? 'due_at' : 'created_at'
    let query = this.#database.build
      .selectFrom('mails')
      .selectAll()
      .orderBy(by, 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (state !== undefined) query = query.where('state', '=', state)
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    if (after !== undefined) query = query.where(beyond(after, [by, 'id'], 'descending'))
    const rows = await this.#database.readStale(query.compile())
    return pageOf(rows, limit, (row) => ({ at: row[by], id: row.id }))
  }

  /**
   * What some of those that are not sent are wrapped in, by when they are due: null where the text
   * does not begin so.
   *
   * @param after the `next` of those before
   */
  async wrappedLike(
    prefix: string,
    state: 'queued' | 'kept',
    limit: number,
    after?: string,
  ): Promise<Page<WrappedMail>> {
    let query = this.#database.build
      .selectFrom('mails')
      .select(['id', 'due_at'])
      .select(
        sql<string | null>`case when substr(wrapped_values, 1, ${prefix.length}) = ${prefix}
          then wrapped_values end`.as('wrapped_values'),
      )
      .where('state', '=', state)
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit + 1)
    if (after !== undefined) query = query.where(beyond(after, ['due_at', 'id'], 'ascending'))
    const rows = await this.#database.read(query.compile())
    return pageOf(rows, limit, ({ due_at, id }) => ({ at: due_at, id }))
  }

  /** Those that have been sent meanwhile are left out. */
  async rewrap(rewrappings: readonly MailRewrapping[]): Promise<void> {
    await this.#database.write(
      rewrappings.map(({ id, from, to }) => {
        const query = this.#database.build
          .updateTable('mails')
          .set({ wrapped_values: to })
          .where('id', '=', id)
          .where('wrapped_values', '=', from)
        return { query: query.compile() }
      }),
    )
  }

  /**
   * Of two processes that have found the same rows, one changes them: whoever does gives them another
   * time. Were the state asked for once more, a planner might go by that, and read all that wait.
   */
  #ofDue(at: Instant, limit: number, change: Partial<Pick<MailRow, 'state' | 'due_at'>>) {
    const { build } = this.#database
    const due = build
      .selectFrom('mails')
      .select(['id', 'due_at'])
      .where('state', '=', 'queued')
      .where('due_at', '<=', at)
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit)
    return build
      .updateTable('mails')
      .set(change)
      .where(({ eb, refTuple }) => eb(refTuple('id', 'due_at'), 'in', due.$asTuple('id', 'due_at')))
  }

  async #run<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    const outcome = await this.#database.write([{ query }])
    return outcome.done ? ((outcome.rows[0] ?? []) as Row[]) : []
  }
}

/** The statement that puts a mail into the outbox, for the units of other tables. */
export function mailEntry(build: Kysely<Schema>, mail: MailRow): Statement {
  return { query: build.insertInto('mails').values(mail).compile(), requires: 1 }
}
