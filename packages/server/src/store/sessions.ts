/** Sessions: one row each, from sign-in to its end. */

import { type RawBuilder, sql } from 'kysely'
import { type CountedAttempt, keepRefund, type Refund } from './attempts.js'
import { auditEntry } from './audit.js'
import {
  type Database,
  type KeptQuery,
  keep,
  keepInsert,
  type Statement,
  type UnitOutcome,
} from './database.js'
import type { EndReason } from './end-reasons.js'
import { beyond, type Page, pageOf } from './pages.js'
import { type Renewal, Rotations, type SessionInContext } from './rotations.js'
import type { AuditRow, Instant, SessionId, SessionRow, UserId } from './schema.js'
import { revokePlaces } from './statuses.js'

export class SessionTable {
  readonly #database: Database
  readonly #queries: SessionQueries
  readonly #rotations: Rotations
  readonly #refund: Refund

  constructor(database: Database) {
    this.#database = database
    this.#queries = sessionQueries(database)
    this.#rotations = new Rotations(database)
    this.#refund = keepRefund(database)
  }

  /**
   * @param scopes of the user, as they were looked up
   * @param along `seen`: the `updated_at` of the user, where tokens depend on more than the scopes;
   *   `takesBack`: attempts that this has shown to be none
   * @returns false where the user was disabled or deleted, or their password or scopes changed, since
   *   then: such a session would outlive what should have ended or marked it
   */
  async open(
    session: SessionRow,
    scopes: string,
    event: AuditRow,
    { seen, takesBack = [] }: Along = {},
  ): Promise<boolean> {
    const { insert } = this.#queries
    const outcome = await this.#database.write([
      { query: this.#asLookedUp(session, scopes, seen), requires: 1 },
      { query: insert(session), requires: 1 },
      auditEntry(this.#database.build, event),
      ...takesBack.map(this.#refund),
    ])
    return outcome.done
  }

  #asLookedUp({ user_id: id, password_at }: SessionRow, scopes: string, seen?: Instant) {
    const { user, userAsSeen, withPassword, withPasswordAsSeen } = this.#queries
    if (password_at === null) {
      return seen === undefined ? user(id, scopes) : userAsSeen(id, scopes, seen)
    }
    return seen === undefined
      ? withPassword(id, scopes, password_at)
      : withPasswordAsSeen(id, scopes, password_at, seen)
  }

  async find(id: SessionId): Promise<SessionRow | undefined> {
    const { build } = this.#database
    const query = build.selectFrom('sessions').selectAll().where('id', '=', id).compile()
    const [session] = await this.#database.read(query)
    return session
  }

  /** The session with its user, in one read. */
  findInContext(id: SessionId): Promise<SessionInContext | undefined> {
    return this.#rotations.find(id)
  }

  /**
   * Takes the next step of the refresh token, of which exactly one of any number of callers
   * succeeds. False for the others, for a session that has ended, and for one that has been marked
   * since it was looked at.
   */
  advance(id: SessionId, counter: number, renewal?: Renewal): Promise<boolean> {
    const step = { id, counter }
    return renewal === undefined
      ? this.#rotations.advance(step)
      : this.#rotations.renew(step, renewal)
  }

  /** Ends one session. @returns false where it had ended, or never was */
  async end(id: SessionId, why: EndReason, event: AuditRow): Promise<boolean> {
    const one = sql<boolean>`id = ${id} and ended_at is null`
    const outcome = await this.#database.write([
      { query: tell(this.#database, one).compile(), tells: true },
      { query: end(this.#database, one, why).compile(), requires: 1, ends: why },
      revokePlaces(this.#database, sql<boolean>`id = ${id}`),
      auditEntry(this.#database.build, event),
    ])
    return outcome.done
  }

  /** Ends all sessions of a user, but for one. @returns those that it ended */
  async endAll(ending: EndingOfSessions & { event: AuditRow }): Promise<SessionId[]> {
    const outcome = await this.#database.write([
      ...endSessions(this.#database, ending),
      auditEntry(this.#database.build, ending.event),
    ])
    return endedBy(outcome)
  }

  /** Sessions that could still be refreshed, with whose they are, newest first; of one user where one is named. */
  async list(page: SessionPage): Promise<Page<ListedSession>> {
    const { limit, after, userId, usual } = page
    const now = this.#database.now()
    const seconds = (own: 'refresh_idle_ttl' | 'session_ttl', otherwise: number) =>
      sql<number>`coalesce(${sql.ref(`clients.${own}`)}, ${otherwise}) * cast(1000 as bigint)`
    let query = this.#database.build
      .selectFrom('sessions')
      .leftJoin('clients', 'clients.id', 'sessions.client_id')
      .leftJoin('users', 'users.id', 'sessions.user_id')
      .selectAll('sessions')
      .select('users.username')
      .where('ended_at', 'is', null)
      .where(sql<boolean>`coalesce(clients.state, 'enabled') <> 'deleted'`)
      .where(
        sql<boolean>`sessions.last_used_at + ${seconds('refresh_idle_ttl', usual.refreshIdle)} >= ${now}`,
      )
      .where(sql<boolean>`sessions.created_at + ${seconds('session_ttl', usual.session)} >= ${now}`)
      .orderBy('sessions.created_at', 'desc')
      .orderBy('sessions.id', 'desc')
      .limit(limit + 1)
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    if (after !== undefined) {
      query = query.where(beyond(after, ['sessions.created_at', 'sessions.id'], 'descending'))
    }
    // Whoever looks at one user's looks for what was done about them just now.
    const rows = await (userId === undefined
      ? this.#database.readStale(query.compile())
      : this.#database.read(query.compile()))
    return pageOf(rows, limit, ({ created_at: at, id }) => ({ at, id }))
  }
}

interface Along {
  seen?: Instant | undefined
  takesBack?: readonly CountedAttempt[] | undefined
}

export interface ListedSession extends SessionRow {
  username: string | null
}

export interface SessionPage {
  limit: number
  after?: string
  userId?: UserId
  /** Seconds: the lifetimes of clients that have none of their own. */
  usual: { refreshIdle: number; session: number }
}

export interface EndingOfSessions {
  userId: UserId
  why: EndReason
  except?: SessionId | undefined
}

/**
 * The statements that tell of a user's live sessions, end them and revoke their tokens, for the
 * units of other tables; the second answers which they were. It ends only what the first has told of: a session opened
 * between the two, as PostgreSQL allows, comes after the ending and lives.
 */
export function endSessions(database: Database, ending: EndingOfSessions): Statement[] {
  const { userId, why, except } = ending
  const theirs = sql<boolean>`user_id = ${userId} and ended_at is null and id <> ${except ?? NO_SESSION}`
  const told = sql<boolean>`exists (select 1 from changes where changes.id = 'session_ended:' || sessions.id)`
  return [
    { query: tell(database, theirs).compile(), tells: true },
    { query: end(database, theirs, why).where(told).compile(), ends: why },
    // Those that ended before are revoked already; the feed does not remember them for ever.
    revokePlaces(database, sql<boolean>`user_id = ${userId} and ended_at is not null and ${told}`),
  ]
}

/** Comes before the ending, and in one order, so that no two units wait for each other. */
function tell(database: Database, which: RawBuilder<boolean>) {
  const { build } = database
  const changes = build
    .selectFrom('sessions')
    .select([
      sql<string>`'session_ended:' || id`.as('id'),
      database.now().as('at'),
      sql.lit<'session_ended'>('session_ended').as('kind'),
      'id as subject',
    ])
    .where(which)
    .orderBy('sessions.id')
  return build
    .insertInto('changes')
    .columns(['id', 'at', 'kind', 'subject'])
    .expression(changes)
    .onConflict((conflict) => conflict.doNothing())
}

function end(database: Database, which: RawBuilder<boolean>, why: EndReason) {
  const ending = { ended_at: database.now(), ended_why: why }
  return database.build.updateTable('sessions').set(ending).where(which).returning('id')
}

/** Of a unit's rows, the ids of the sessions that it ended: `endSessions` answers nothing else. */
export function endedBy(outcome: UnitOutcome): SessionId[] {
  if (!outcome.done) return []
  return outcome.rows
    .flat()
    .filter(isEnded)
    .map(({ id }) => id)
}

function isEnded(row: unknown): row is { id: SessionId } {
  return typeof row === 'object' && row !== null && 'id' in row
}

/** No session has an empty id. */
const NO_SESSION = '' as SessionId

/** Each holds the user, who must be enabled and have these scopes. */
interface SessionQueries {
  user(id: UserId, scopes: string): KeptQuery<unknown>
  /** Nor may anything else of them have changed. */
  userAsSeen(id: UserId, scopes: string, updatedAt: Instant): KeptQuery<unknown>
  /** Holds the password too, which must be that of then. */
  withPassword(id: UserId, scopes: string, changedAt: Instant): KeptQuery<unknown>
  withPasswordAsSeen(
    id: UserId,
    scopes: string,
    changedAt: Instant,
    updatedAt: Instant,
  ): KeptQuery<unknown>
  insert(session: SessionRow): KeptQuery<unknown>
}

function sessionQueries(database: Database): SessionQueries {
  const { build } = database
  const user = build
    .selectFrom('users')
    .select('users.id')
    .where('users.id', '=', sql<UserId>`${''}`)
    .where('users.scopes', '=', sql<string>`${''}`)
    .where('users.disabled', '=', sql.lit(0))
  const withPassword = user
    .innerJoin('passwords', 'passwords.user_id', 'users.id')
    .where('passwords.changed_at', '=', sql<Instant>`${0}`)
  const seen = sql<boolean>`users.updated_at = ${0}`
  return {
    user: keep('session_user', database.hold(user).compile()),
    userAsSeen: keep('session_user_as_seen', database.hold(user.where(seen)).compile()),
    withPassword: keep('session_user_with_password', database.hold(withPassword).compile()),
    withPasswordAsSeen: keep(
      'session_user_with_password_as_seen',
      database.hold(withPassword.where(seen)).compile(),
    ),
    insert: keepInsert<SessionRow>('session_insert', (row) =>
      build.insertInto('sessions').values(row).compile(),
    ),
  }
}
