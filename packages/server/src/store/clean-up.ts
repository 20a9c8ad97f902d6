/**
 * Deletes what nothing needs any more, some rows at a time, and keeps how far that is: of several
 * processes one takes a step, and where it ends in the middle another goes on.
 */

import { type CompiledQuery, sql } from 'kysely'
import type { Database } from './database.js'
import type { Instant, MailRow, SessionId, SessionRow, SweepRow } from './schema.js'

/** What decides whether a session may go; lifetimes in seconds, of its client where that has any. */
export interface AgingSession
  extends Pick<SessionRow, 'id' | 'created_at' | 'last_used_at' | 'ended_at'> {
  refresh_idle_ttl: number | null
  session_ttl: number | null
}

/** A sweep that this process has in hand. `due_at` is until when. */
export interface HeldSweep extends SweepRow {
  now: Instant
}

/** Whose it is, in place of which it is. */
export type SampledSession = Omit<AgingSession, 'id'> & Pick<SessionRow, 'user_id'>

/** One that was never ended has grown too old. */
export type ForgottenSession = Pick<SessionRow, 'ended_at'>

export class CleanUpTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Writes down sweeps that are new here, to begin after some milliseconds. */
  async prepare(names: readonly string[], wait: number): Promise<void> {
    const due_at = this.#after(wait)
    const rows = names.map((name) => ({ name, position: '', removed: 0, due_at }))
    const query = this.#database.build
      .insertInto('sweeps')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
    await this.#database.write([{ query: query.compile() }])
  }

  /** The names of those whose next step may be taken. */
  async due(): Promise<string[]> {
    const query = this.#database.build
      .selectFrom('sweeps')
      .select('name')
      .where('due_at', '<=', this.#database.now())
      .orderBy('due_at')
    return (await this.#database.read(query.compile())).map(({ name }) => name)
  }

  /** Takes a sweep in hand for some milliseconds. @returns undefined where another process has it */
  async take(name: string, milliseconds: number): Promise<HeldSweep | undefined> {
    const query = this.#database.build
      .updateTable('sweeps')
      .set({ due_at: this.#after(milliseconds) })
      .where('name', '=', name)
      .where('due_at', '<=', this.#database.now())
      .returningAll()
      .returning(this.#database.now().as('now'))
    const [held] = await this.#run<HeldSweep>(query.compile())
    return held
  }

  /** Lets go of a sweep for some milliseconds; nothing where it was held too long and is another's. */
  async leave(
    held: HeldSweep,
    { position, removed, rest }: Pick<SweepRow, 'position' | 'removed'> & { rest: number },
  ): Promise<void> {
    const query = this.#database.build
      .updateTable('sweeps')
      .set({ position, removed, due_at: this.#after(rest) })
      .where('name', '=', held.name)
      .where('due_at', '=', held.due_at)
    await this.#database.write([{ query: query.compile() }])
  }

  /** Sessions by their ids, which are random: an index by time would be written at each rotation. */
  async sessionsAfter(position: string, limit: number): Promise<AgingSession[]> {
    const query = this.#database.build
      .selectFrom('sessions')
      .leftJoin('clients', 'clients.id', 'sessions.client_id')
      .select([
        'sessions.id',
        'sessions.created_at',
        'sessions.last_used_at',
        'sessions.ended_at',
        'clients.refresh_idle_ttl',
        'clients.session_ttl',
      ])
      .where('sessions.id', '>', position as SessionId)
      .orderBy('sessions.id')
      .limit(limit)
    return this.#database.read(query.compile())
  }

  /** Sessions of the users whose ids come first. These are random, so it is a sample. */
  async sampleSessions(limit: number): Promise<SampledSession[]> {
    const query = this.#database.build
      .selectFrom('sessions')
      .leftJoin('clients', 'clients.id', 'sessions.client_id')
      .select([
        'sessions.user_id',
        'sessions.created_at',
        'sessions.last_used_at',
        'sessions.ended_at',
        'clients.refresh_idle_ttl',
        'clients.session_ttl',
      ])
      .orderBy('sessions.user_id')
      .limit(limit)
    return this.#database.readStale(query.compile())
  }

  /** Deletes these sessions, but for those that were used since a time. @returns those that are gone */
  async forgetSessions(ids: readonly SessionId[], before: Instant): Promise<ForgottenSession[]> {
    if (ids.length === 0) return []
    const query = this.#database.build
      .deleteFrom('sessions')
      .where('id', 'in', ids)
      .where('last_used_at', '<', before)
      .returning('ended_at')
    return this.#run(query.compile())
  }

  /** Deletes the oldest changes from before a time. @returns how many */
  async forgetChanges(before: Instant, limit: number): Promise<number> {
    const { build } = this.#database
    const oldest = build
      .selectFrom('changes')
      .select('id')
      .where('at', '<', before)
      .orderBy('at')
      .orderBy('id')
      .limit(limit)
    const query = build.deleteFrom('changes').where('id', 'in', oldest).returning('id')
    return (await this.#run(query.compile())).length
  }

  /** Deletes some of the mails in a state that may go. @returns how many */
  async forgetMails(
    state: Exclude<MailRow['state'], 'queued'>,
    now: Instant,
    limit: number,
  ): Promise<number> {
    const { build } = this.#database
    const oldest = build
      .selectFrom('mails')
      .select('id')
      .where('state', '=', state)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit)
    const query = build.deleteFrom('mails').where('id', 'in', oldest).returning('id')
    return (await this.#run(query.compile())).length
  }

  /** Deletes the oldest of the links that have expired before a time. @returns how many */
  async forgetLinks(before: Instant, limit: number): Promise<number> {
    const { build } = this.#database
    const oldest = build
      .selectFrom('links')
      .select('digest')
      .where('expires_at', '<', before)
      .orderBy('expires_at')
      .limit(limit)
    const query = build.deleteFrom('links').where('digest', 'in', oldest).returning('digest')
    return (await this.#run(query.compile())).length
  }

  /** Some of what is counted, by its keys, which are in no order: an index by time would be written at each attempt. */
  async attemptsAfter(position: string, limit: number): Promise<string[]> {
    const query = this.#database.build
      .selectFrom('attempts')
      .select('key')
      .where('key', '>', position)
      .orderBy('key')
      .limit(limit)
    return (await this.#database.read(query.compile())).map(({ key }) => key)
  }

  /** Deletes those of these that are forgotten. @returns how many */
  async forgetAttempts(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0
    const query = this.#database.build
      .deleteFrom('attempts')
      .where('key', 'in', keys)
      .where('forgotten_at', '<', this.#database.now())
      .returning('key')
    return (await this.#run(query.compile())).length
  }

  /** The ids of some secrets of clients, from the first on, that is after `position`. */
  async secretsAfter(position: string, limit: number): Promise<string[]> {
    const query = this.#database.build
      .selectFrom('client_secrets')
      .select('id')
      .where('id', '>', position)
      .orderBy('id')
      .limit(limit)
    return (await this.#database.read(query.compile())).map(({ id }) => id)
  }

  /** Deletes those of these secrets that have expired before a time. @returns how many */
  async forgetSecrets(ids: readonly string[], before: Instant): Promise<number> {
    if (ids.length === 0) return 0
    const query = this.#database.build
      .deleteFrom('client_secrets')
      .where('id', 'in', ids)
      .where('expires_at', '<', before)
      .returning('id')
    return (await this.#run(query.compile())).length
  }

  #after(milliseconds: number) {
    return sql<Instant>`${this.#database.now()} + cast(${milliseconds} as bigint)`
  }

  async #run<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    const outcome = await this.#database.write([{ query }])
    return outcome.done ? ((outcome.rows[0] ?? []) as Row[]) : []
  }
}
