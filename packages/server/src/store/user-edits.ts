/** Changes of what a user may do, of which their sessions hear in the same unit. */

import { sql } from 'kysely'
import { auditEntry } from './audit.js'
import type { Database, Statement } from './database.js'
import { closeFirstAdmin } from './first-admin.js'
import { mailEntry } from './mails.js'
import type {
  AuditRow,
  Instant,
  MailRow,
  SessionId,
  SessionRow,
  StatusPlace,
  UserId,
  UserRow,
} from './schema.js'
import { endedBy, endSessions } from './sessions.js'
import { isMarked, markSessions, placeOf } from './statuses.js'
import { dropParts } from './user-parts.js'

/** What decides whether a change of scopes concerns a session. */
export type SessionGroup = Pick<SessionRow, 'client_id' | 'scope'>

export interface UserEdit {
  userId: UserId
  at: Instant
  /** The `updated_at` that the user must still have. */
  seen: Instant
  /** Disabling ends all sessions. */
  disabled?: boolean | undefined
  scopes?: ScopeEdit | undefined
  metadata?: Partial<Pick<UserRow, 'metadata' | 'admin_metadata'>> | undefined
  /** Whether the tokens of all sessions would be others now. */
  changesClaims?: boolean
  events: readonly AuditRow[]
}

interface Removal {
  /** As they were seen. */
  user: Pick<UserRow, 'id' | 'username_key' | 'email_key' | 'updated_at'>
  event: AuditRow
  mails?: readonly MailRow[]
}

export interface ScopeEdit {
  to: string
  /** Sessions that go on as they are; all others are marked: one that was opened a moment ago to be sure. */
  unconcerned: readonly SessionGroup[]
}

export interface UserEdited {
  ended: SessionId[]
  marked: StatusPlace[]
}

export class UserEditTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The kinds of live sessions that a user has: by client, and by the scope they were opened with. */
  async groupsOf(userId: UserId): Promise<SessionGroup[]> {
    return this.#database.read(
      this.#database.build
        .selectFrom('sessions')
        .select(['client_id', 'scope'])
        .distinct()
        .where('user_id', '=', userId)
        .where('ended_at', 'is', null)
        .compile(),
    )
  }

  /** @returns undefined where the user is not there, or not as they were seen */
  async edit(edit: UserEdit): Promise<UserEdited | undefined> {
    const { build } = this.#database
    const outcome = await this.#database.write([
      { query: this.#update(edit).compile(), requires: 1 },
      ...this.#sessions(edit),
      ...closeFirstAdmin(this.#database, { id: edit.userId, scopes: edit.scopes?.to ?? '' }),
      ...edit.events.map((event) => auditEntry(build, event)),
    ])
    if (!outcome.done) return undefined
    return { ended: endedBy(outcome), marked: outcome.rows.flat().filter(isMarked).map(placeOf) }
  }

  /**
   * Ends the user's sessions and forgets the user, and the sessions with them; the name is never given
   * again.
   *
   * @returns the sessions that it ended; undefined where the user is not there, or not as they were seen
   */
  async remove({ user, event, mails = [] }: Removal): Promise<SessionId[] | undefined> {
    const { build } = this.#database
    const userId = user.id
    // Who signs in holds the user: after this they have, or never will.
    const hold = build
      .updateTable('users')
      .set({ disabled: 1 })
      .where('id', '=', userId)
      .where('updated_at', '=', user.updated_at)
    const outcome = await this.#database.write([
      { query: hold.compile(), requires: 1 },
      ...endSessions(this.#database, { userId, why: 'user_deleted' }),
      keepPlaces(this.#database, userId),
      { query: build.deleteFrom('passwords').where('user_id', '=', userId).compile() },
      { query: build.deleteFrom('mails').where('user_id', '=', userId).compile() },
      ...dropParts(build, user),
      { query: build.deleteFrom('users').where('id', '=', userId).compile(), requires: 1 },
      auditEntry(build, event),
      ...mails.map((mail) => mailEntry(build, mail)),
    ])
    return outcome.done ? endedBy(outcome) : undefined
  }

  #update({ userId, at, seen, disabled, scopes, metadata }: UserEdit) {
    return this.#database.build
      .updateTable('users')
      .set({
        updated_at: laterThanBefore(at),
        ...(disabled !== undefined && { disabled: disabled ? 1 : 0 }),
        ...(scopes !== undefined && { scopes: scopes.to }),
        ...metadata,
      })
      .where('id', '=', userId)
      .where('updated_at', '=', seen)
  }

  #sessions({ userId, disabled, scopes, changesClaims }: UserEdit): Statement[] {
    if (disabled) return endSessions(this.#database, { userId, why: 'user_disabled' })
    if (changesClaims) return markSessions(this.#database, sql<boolean>`user_id = ${userId}`)
    if (scopes === undefined) return []
    // No list of scopes is one space.
    const others = scopes.unconcerned.map(
      ({ client_id: client, scope }) =>
        sql<boolean>`(client_id = ${client} and coalesce(scope, ' ') = ${scope ?? ' '})`,
    )
    const concerned = others.length === 0 ? sql`` : sql` and not (${sql.join(others, sql` or `)})`
    return markSessions(this.#database, sql<boolean>`user_id = ${userId}${concerned}`)
  }
}

/** The feed reads the places of sessions that have ended from their rows, which are about to go. */
function keepPlaces({ build }: Database, userId: UserId): Statement {
  const place = (column: 'status_list' | 'status_index') =>
    build
      .selectFrom('sessions')
      .select(column)
      .where('sessions.id', '=', sql.ref<SessionId>('changes.subject'))
  const theirs = build
    .selectFrom('sessions')
    .select(sql<string>`'session_ended:' || sessions.id`.as('id'))
    .where('user_id', '=', userId)
  const query = build
    .updateTable('changes')
    .set({ status_list: place('status_list'), status_index: place('status_index') })
    .where('id', 'in', theirs)
  return { query: query.compile() }
}

/** Tells two states of a user apart, whatever the clocks do. */
export function laterThanBefore(at: Instant) {
  return sql<Instant>`case when updated_at < cast(${at} as bigint) then cast(${at} as bigint) else updated_at + 1 end`
}
