/** Users and their passwords' hashes. */

import { type CompiledQuery, sql } from 'kysely'
import { auditEntry } from './audit.js'
import {
  type Caller,
  type CallerQueries,
  type CallerRow,
  callerOf,
  callerQueries,
} from './callers.js'
import type { Database, Soon, Statement } from './database.js'
import { isNobodyElses } from './email-addresses.js'
import { closeFirstAdmin } from './first-admin.js'
import { dropLinks, makeLink, useLink } from './links.js'
import {
  type Login,
  type LoginQueries,
  loginQueries,
  ownOf,
  recordOf,
  type SignInRecord,
  type SignInRow,
  type UserWithHash,
} from './logins.js'
import { mailEntry } from './mails.js'
import { takeName } from './names.js'
import { beyond, encodeCursor, type Page, type Position, pageOf } from './pages.js'
import type { AuditRow, Instant, LinkRow, MailRow, SessionId, UserId, UserRow } from './schema.js'
import { endedBy, endSessions } from './sessions.js'
import { laterThanBefore } from './user-edits.js'
import { addParts } from './user-parts.js'

/** What goes with a new user, in the same unit. */
export interface WithNewUser {
  /** The link that made the user welcome: of several who try it one is made. */
  uses?: LinkRow | undefined
  /** A link for the new user. */
  link?: LinkRow | undefined
  mail?: MailRow | undefined
}

export type UserCreation = 'created' | 'link_dead' | 'username_taken' | 'email_taken'

export class UserTable {
  readonly #database: Database
  readonly #callers: CallerQueries
  readonly #logins: LoginQueries

  constructor(database: Database) {
    this.#database = database
    this.#callers = callerQueries(database)
    this.#logins = loginQueries(database)
  }

  /** Who signs in under this name or address. */
  async findByLogin(login: Login): Promise<UserWithHash | undefined> {
    const { usernameKey, emailKey } = login
    const { byName, byNameOrAddress } = this.#logins
    const query =
      emailKey === undefined ? byName(usernameKey) : byNameOrAddress(emailKey, usernameKey)
    return ownOf(await this.#database.read<UserWithHash>(query), login)
  }

  /**
   * The same with a decoy, in one read that is the same for users and for names that nobody has.
   *
   * @param place where among the users' ids to look for the decoy's: the next one that has a password
   */
  async findForSignIn(login: Login, place: string): Promise<SignInRecord> {
    const { usernameKey, emailKey } = login
    const { byName, byNameOrAddress } = this.#logins.withDecoy
    if (emailKey === undefined) {
      return recordOf(await this.#database.first<SignInRow>(byName(place, usernameKey)))
    }
    const query = byNameOrAddress(place, emailKey, usernameKey)
    return recordOf(ownOf(await this.#database.read<SignInRow>(query), login))
  }

  /** Undefined where there is none, or no such user. */
  async passwordOf(id: UserId): Promise<{ hash: string; changed_at: Instant } | undefined> {
    const { build } = this.#database
    const query = build.selectFrom('passwords').select(['hash', 'changed_at'])
    return this.#first(query.where('user_id', '=', id).compile())
  }

  async findById(id: UserId): Promise<UserRow | undefined> {
    const { build } = this.#database
    return this.#first(build.selectFrom('users').selectAll().where('id', '=', id).compile())
  }

  async findByUsername(usernameKey: string): Promise<UserRow | undefined> {
    return this.#first(
      this.#database.build
        .selectFrom('users')
        .selectAll()
        .where('username_key', '=', usernameKey)
        .compile(),
    )
  }

  /**
   * Who stands behind a token, and how its session is: of all reads the most frequent, so one query,
   * kept prepared. Without a session id the session never counts as ended.
   */
  findCaller(
    subject: { id: UserId } | { usernameKey: string },
    sessionId: SessionId | undefined,
  ): Soon<Caller | undefined> {
    const session = sessionId ?? NO_SESSION
    const row = this.#database.first<CallerRow>(
      'id' in subject
        ? this.#callers.byId(session, subject.id)
        : this.#callers.byUsername(session, subject.usernameKey),
    )
    return row instanceof Promise
      ? row.then((found) => found && callerOf(found, sessionId))
      : row && callerOf(row, sessionId)
  }

  /** @returns what stood in the way, or `created`. */
  async create(
    user: UserRow,
    hash: string | null,
    event: AuditRow,
    { uses, link, mail }: WithNewUser = {},
  ): Promise<UserCreation> {
    const { build } = this.#database
    const insert = build
      .insertInto('users')
      .values(user)
      .onConflict((conflict) => conflict.doNothing())
    const unit: Step[] = [
      ...(uses === undefined ? [] : [step(useLink(this.#database, uses), 'link_dead')]),
      step(takeName(build, user.username_key), 'username_taken'),
      step({ query: insert.compile(), requires: 1 }, 'email_taken'),
      ...addParts(build, user),
      ...(hash === null ? [] : [this.#setPassword(user.id, hash, user.created_at)]),
      ...closeFirstAdmin(this.#database, user),
      ...(link === undefined ? [] : [makeLink(build, link)]),
      ...(mail === undefined ? [] : [mailEntry(build, mail)]),
      auditEntry(build, event),
    ]
    const outcome = await this.#database.write(unit)
    if (outcome.done) return 'created'
    const why = unit[outcome.failed]?.why
    if (why !== undefined && (why !== 'email_taken' || user.email_verified === 1)) return why
    throw new Error('A new user has the id of another')
  }

  /** By age, oldest first. `after` is the `next` of the page before, or the cursor of any user. */
  async list(page: {
    limit: number
    after?: string | undefined
    /** No others: there is an index of those alone. */
    disabled?: boolean
  }): Promise<Page<UserRow>> {
    let query = this.#database.build
      .selectFrom('users')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .limit(page.limit + 1)
    if (page.after !== undefined) {
      query = query.where(beyond(page.after, ['created_at', 'id'], 'ascending'))
    }
    // Not as a parameter, of which a planner can't know that the index has all of those.
    if (page.disabled) query = query.where(sql<boolean>`disabled = 1`)
    const rows = await this.#database.readStale(query.compile())
    return pageOf(rows, page.limit, ageOf)
  }

  /**
   * Ends the user's live sessions too, but for the one named, and what links would reset it, or take the
   * account to another address.
   *
   * @returns the sessions that it ended; undefined where there is no such user, or the link by which they
   *   come is over, or they can't have got it: then nothing is done
   */
  async replacePassword(change: {
    userId: UserId
    hash: string
    at: Instant
    endSessionsExcept?: SessionId | undefined
    link?: LinkRow | undefined
    event: AuditRow
    /** That the address of the link is the user's, which is so from now on. */
    proof?: AuditRow | undefined
    mails?: readonly MailRow[]
  }): Promise<SessionId[] | undefined> {
    const { build } = this.#database
    const { userId, at, link, proof, endSessionsExcept: except } = change
    let touch = build
      .updateTable('users')
      .set({ updated_at: laterThanBefore(at), ...(proof && { email_verified: 1 }) })
      .where('id', '=', userId)
    if (link !== undefined) {
      touch = touch.where('disabled', '=', 0).where('email_key', '=', link.email_key)
      if (proof !== undefined) touch = touch.where(isNobodyElses(userId, link.email_key))
    }
    const keep = build
      .updateTable('sessions')
      .set({ password_at: at })
      .where('id', '=', except ?? NO_SESSION)
      .where('user_id', '=', userId)
    const outcome = await this.#database.write([
      { query: touch.compile(), requires: 1 },
      ...(link === undefined ? [] : [useLink(this.#database, link)]),
      this.#setPassword(userId, change.hash, at),
      { query: keep.compile() },
      ...endSessions(this.#database, { userId, why: 'password_changed', except }),
      dropLinks(build, userId, 'reset_password'),
      dropLinks(build, userId, 'verify_email'),
      auditEntry(build, change.event),
      ...(proof === undefined ? [] : [auditEntry(build, proof)]),
      ...(change.mails ?? []).map((mail) => mailEntry(build, mail)),
    ])
    return outcome.done ? endedBy(outcome) : undefined
  }

  /**
   * Puts a hash of the same password in place of the old one; the password has not changed.
   * False where the old hash is no longer the one stored (G08).
   */
  async upgradePassword(userId: UserId, oldHash: string, newHash: string): Promise<boolean> {
    const query = this.#database.build
      .updateTable('passwords')
      .set({ hash: newHash })
      .where('user_id', '=', userId)
      .where('hash', '=', oldHash)
    const outcome = await this.#database.write([{ query: query.compile(), requires: 1 }])
    return outcome.done
  }

  #setPassword(userId: UserId, hash: string, at: Instant): Statement {
    const query = this.#database.build
      .insertInto('passwords')
      .values({ user_id: userId, hash, changed_at: at })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet({ hash, changed_at: at }))
    return { query: query.compile(), requires: 1 }
  }

  async #first<Row>(query: CompiledQuery<Row>): Promise<Row | undefined> {
    const [row] = await this.#database.read(query)
    return row
  }
}

/** With what it means when its requirement fails. */
type Step = Statement & { readonly why?: Exclude<UserCreation, 'created'> }

function step(statement: Statement, why: Step['why'] & string): Step {
  return { ...statement, why }
}

/** No session has an empty id. */
const NO_SESSION = '' as SessionId

/** Of a page of the list by age that goes on after this user. */
export function cursorOf(user: UserRow): string {
  return encodeCursor(ageOf(user))
}

function ageOf({ created_at: at, id }: UserRow): Position {
  return { at, id }
}
