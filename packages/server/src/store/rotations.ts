/** What a refresh does with its session: one look, and one step of the counter. */

import { type Expression, sql } from 'kysely'
import { sessionColumns } from './columns.js'
import { type Database, type KeptQuery, keep } from './database.js'
import { Gathered } from './gathered.js'
import type { Instant, SessionId, SessionRow, StatusPlace } from './schema.js'

/** A session with what decides whether it may go on, read together. */
export interface SessionInContext extends SessionRow {
  username: string
  username_key: string
  user_scopes: string
  user_disabled: 0 | 1
  /** When the user's password was last changed; null where they have none. */
  password_changed_at: Instant | null
  /** By the database's clock, as are the times that ages are reckoned from. */
  now: Instant
}

/** For a session whose tokens take a new place. */
export interface Renewal {
  /** The `claims_changed` that it was seen with, which goes. */
  mark: number
  place: StatusPlace
}

interface Step {
  id: SessionId
  counter: number
}

export class Rotations {
  readonly #database: Database
  readonly #queries: Queries
  readonly #looks = new Gathered((ids: readonly SessionId[]) => this.#findAll(ids))
  readonly #steps = new Gathered((steps: readonly Step[]) => this.#takeFree(steps))

  constructor(database: Database) {
    this.#database = database
    this.#queries = queries(database)
  }

  async find(id: SessionId): Promise<SessionInContext | undefined> {
    if (this.#database.gathers) return this.#looks.ask(id)
    const query = this.#queries.one(this.#database.clockReading(), id)
    const [session] = await this.#database.read<SessionInContext>(query)
    return session
  }

  async advance(step: Step): Promise<boolean> {
    const isTaken = this.#database.gathers && (await this.#steps.ask(step))
    return isTaken || this.#advanceOne(step)
  }

  /** A mark that came after the look stays, because the new token would not know of it. */
  async renew({ id, counter }: Step, { mark, place }: Renewal): Promise<boolean> {
    const query = step(this.#database, sql`${id}`, sql`${counter}`)
      .set({ status_list: place.list, status_index: place.index, claims_changed: 0 })
      .where('claims_changed', '=', mark)
      .compile()
    return (await this.#database.write([{ query, requires: 1, touchesOneAtMost: true }])).done
  }

  async #findAll(ids: readonly SessionId[]): Promise<(SessionInContext | undefined)[]> {
    const query = this.#queries.many(this.#database.clockReading(), ids)
    const found = await this.#database.read<SessionInContext>(query)
    const byId = new Map(found.map((session) => [session.id, session]))
    return ids.map((id) => byId.get(id))
  }

  async #advanceOne({ id, counter }: Step): Promise<boolean> {
    const reading = this.#database.clockReading()
    const query = this.#queries.advance(reading, reading, id, counter)
    return (await this.#database.write([{ query, requires: 1, touchesOneAtMost: true }])).done
  }

  /**
   * Takes the steps that can be taken without waiting for anybody: one session's lock never holds up
   * the others. Of several that ask for the same step, the first has it.
   */
  async #takeFree(steps: readonly Step[]): Promise<boolean[]> {
    const reading = this.#database.clockReading()
    const ids = steps.map(({ id }) => id)
    const counters = steps.map(({ counter }) => counter)
    const query = this.#queries.advanceFree(reading, reading, ids, counters)
    const outcome = await this.#database.write([{ query }])
    const taken = new Set(outcome.done ? outcome.rows.flat().filter(isStep).map(nameOf) : [])
    return steps.map((step) => taken.delete(nameOf(step)))
  }
}

function isStep(row: unknown): row is Step {
  return typeof row === 'object' && row !== null && 'id' in row && 'counter' in row
}

function nameOf({ id, counter }: Step): string {
  return `${id} ${counter}`
}

function step(database: Database, id: Expression<unknown>, counter: Expression<unknown>) {
  return database.build
    .updateTable('sessions')
    .set({
      counter: sql<number>`sessions.counter + 1`,
      rotated_at: database.now(),
      last_used_at: database.now(),
    })
    .where(sql<boolean>`sessions.id = ${id}`)
    .where(sql<boolean>`sessions.counter = ${counter}`)
    .where('sessions.ended_at', 'is', null)
}

interface Queries {
  one(reading: number, id: SessionId): KeptQuery<SessionInContext>
  many(reading: number, ids: readonly SessionId[]): KeptQuery<SessionInContext>
  advance(at: number, again: number, id: SessionId, counter: number): KeptQuery<unknown>
  advanceFree(
    at: number,
    again: number,
    ids: readonly SessionId[],
    counters: readonly number[],
  ): KeptQuery<unknown>
}

function queries(database: Database): Queries {
  const unmarked = sql.lit(0)
  const advance = step(database, sql`${''}`, sql`${0}`).where('claims_changed', '=', unmarked)
  const one = inContext(database).where(sql<boolean>`sessions.id = ${''}`)
  const many = inContext(database).where(sql<boolean>`sessions.id = any(cast(${[]} as text[]))`)
  return {
    one: keep('session_in_context', one.compile()),
    many: keep('sessions_in_context', many.compile()),
    advance: keep('session_advance', advance.compile()),
    advanceFree: keep('sessions_advance_free', advanceFree(database).compile()),
  }
}

function inContext(database: Database) {
  return database.build
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .leftJoin('passwords', 'passwords.user_id', 'sessions.user_id')
    .select(sessionColumns)
    .select([
      'users.username',
      'users.username_key',
      'users.scopes as user_scopes',
      'users.disabled as user_disabled',
      'passwords.changed_at as password_changed_at',
      database.now().as('now'),
    ])
}

/** A row that somebody holds is left out; of those that are free, nobody changes one before it is updated. */
function advanceFree(database: Database) {
  const free = sql`(
    select sessions.id, sessions.counter from sessions
    inner join unnest(cast(${[]} as text[]), cast(${[]} as bigint[])) as asked (id, counter)
      on sessions.id = asked.id and sessions.counter = asked.counter
    for update of sessions skip locked)`
  return step(database, sql`free.id`, sql`free.counter`)
    .from(free.as('free'))
    .where('claims_changed', '=', sql.lit(0))
    .returning([sql`sessions.id`.as('id'), sql<number>`free.counter`.as('counter')])
}
