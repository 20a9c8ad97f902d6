/** Sessions: one row each, from sign-in to its end. */

import { type Kysely, sql } from 'kysely'
import { Refusal } from '../errors.js'
import { auditEntry } from './audit.js'
import type { Database, Statement } from './database.js'
import type { AuditRow, Instant, Schema, SessionId, SessionRow, UserId } from './schema.js'

export class SessionTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * @throws Refusal `wrong_credentials` where the user was disabled or deleted since they were
   *   looked up; such a session would be there again when they are enabled.
   */
  async open(session: SessionRow, event: AuditRow): Promise<void> {
    const { build } = this.#database
    const user = build
      .selectFrom('users')
      .select('id')
      .where('id', '=', session.user_id)
      .where('disabled', '=', 0)
    const outcome = await this.#database.write([
      { query: this.#database.hold(user).compile(), requires: 1 },
      { query: build.insertInto('sessions').values(session).compile(), requires: 1 },
      auditEntry(build, event),
    ])
    if (!outcome.done) throw disabledMeanwhile()
  }

  async find(id: SessionId): Promise<SessionRow | undefined> {
    const { build } = this.#database
    const query = build.selectFrom('sessions').selectAll().where('id', '=', id).compile()
    const [session] = await this.#database.read(query)
    return session
  }
}

export interface EndingOfSessions {
  userId: UserId
  at: Instant
  why: string
  except?: SessionId | undefined
}

/** The statement that ends a user's live sessions, for the units of other tables. */
export function endSessions(build: Kysely<Schema>, ending: EndingOfSessions): Statement {
  const { userId, at, why, except } = ending
  const query = build
    .updateTable('sessions')
    .set({ ended_at: at, ended_why: why })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where((eb) => (except === undefined ? sql<boolean>`1 = 1` : eb('id', '!=', except)))
  return { query: query.compile() }
}

function disabledMeanwhile(): Refusal {
  return new Refusal('wrong_credentials', { message: 'Incorrect username or password' })
}
