/**
 * Changes of the scopes that clients may have, and the sessions that have to hear of them: there can be
 * millions, so they hear little by little.
 */

import { sql } from 'kysely'
import type { Database, Statement } from './database.js'
import type { Instant, ScopeChangeRow, SessionId, SessionRow, UserId } from './schema.js'
import { markSessions } from './statuses.js'

export type ConcernedSession = Pick<SessionRow, 'id' | 'user_id' | 'scope'> & {
  user_scopes: string
}
export type NewScopeChange = Pick<ScopeChangeRow, 'id' | 'client_id' | 'scopes' | 'spread'>

export class ScopeChangeTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The changes of clients that sessions are still to hear of, and the time by the database's clock. */
  async pending(): Promise<(ScopeChangeRow & { now: Instant })[]> {
    const { build } = this.#database
    return this.#database.read(
      build
        .selectFrom('scope_changes')
        .selectAll()
        .select(this.#database.now().as('now'))
        .orderBy('at')
        .orderBy('id')
        .compile(),
    )
  }

  /** Takes a change in hand for some milliseconds. @returns false where another process has it */
  async hold(id: string, milliseconds: number): Promise<boolean> {
    const now = this.#database.now()
    const query = this.#database.build
      .updateTable('scope_changes')
      .set({ held_until: sql<Instant>`${now} + cast(${milliseconds} as bigint)` })
      .where('id', '=', id)
      .where('held_until', '<', this.#database.now())
    return (await this.#database.write([{ query: query.compile(), requires: 1 }])).done
  }

  /** Lets go of a change whose sessions have heard up to a slice. */
  async release(id: string, slice: number): Promise<void> {
    const query = this.#database.build
      .updateTable('scope_changes')
      .set({ slice, held_until: 0 as Instant })
      .where('id', '=', id)
      .where('slice', '<=', slice)
    await this.#database.write([{ query: query.compile() }])
  }

  /** Of which all sessions have heard. */
  async forget(id: string): Promise<void> {
    const query = this.#database.build.deleteFrom('scope_changes').where('id', '=', id)
    await this.#database.write([{ query: query.compile() }])
  }

  /**
   * Some live sessions of a client that are not marked and have got no token since a time, by user.
   *
   * @param users the first and the first not to be there; undefined is without bound
   * @param after where the last answer ended
   */
  async sessions(
    of: {
      clientId: string
      users: readonly [string | undefined, string | undefined]
      before: Instant
    },
    after: Pick<SessionRow, 'id' | 'user_id'> | undefined,
    limit: number,
  ): Promise<ConcernedSession[]> {
    const {
      clientId,
      users: [first, end],
      before,
    } = of
    let query = this.#database.build
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['sessions.id', 'sessions.user_id', 'sessions.scope', 'users.scopes as user_scopes'])
      .where('sessions.client_id', '=', clientId)
      .where('sessions.ended_at', 'is', null)
      .where('sessions.claims_changed', '=', 0)
      .where(sql<boolean>`coalesce(sessions.rotated_at, sessions.created_at) <= ${before}`)
      .orderBy('sessions.user_id')
      .orderBy('sessions.id')
      .limit(limit)
    const from = after?.user_id ?? first
    // Of the users as well: one who joins them in their order would begin with the first there is.
    for (const column of ['sessions.user_id', 'users.id'] as const) {
      if (from !== undefined) query = query.where(column, '>=', from as UserId)
      if (end !== undefined) query = query.where(column, '<', end as UserId)
    }
    if (after !== undefined) {
      query = query.where(
        sql<boolean>`(sessions.user_id, sessions.id) > (${after.user_id}, ${after.id})`,
      )
    }
    return this.#database.read(query.compile())
  }

  /** Marks these sessions, but for those that have ended, are marked, or have got a token since a time. */
  async mark(ids: readonly SessionId[], before: Instant): Promise<void> {
    if (ids.length === 0) return
    const these = sql<boolean>`id in (${sql.join(ids)}) and coalesce(rotated_at, created_at) <= ${before}`
    await this.#database.write(markSessions(this.#database, these))
  }
}

/** The statement that lets a client's sessions hear of a change, for the unit that makes it. */
export function scopeChange(database: Database, row: NewScopeChange): Statement {
  const query = database.build
    .insertInto('scope_changes')
    .values({ ...row, at: database.now(), slice: 0, held_until: 0 as Instant })
  return { query: query.compile(), requires: 1 }
}
