/**
 * The feed by which processes that share a database learn what guarded routes must know without
 * asking it: which sessions and tokens have ended, and which clients have changed. A change is
 * written in the unit that makes it true.
 *
 * Readers go by the database's clock and look a little further back each time, because rows of
 * units that ran at once do not become visible in the order of their times.
 */

import { auditEntry } from './audit.js'
import type { Database, Statement } from './database.js'
import type { AuditRow, ChangeRow, Instant } from './schema.js'

export class ChangeTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * The changes since then, oldest first, and the time by the clock that they are stamped with.
   *
   * @param from a time by that clock, or how many milliseconds ago
   */
  async since(from: Instant | { ago: number }): Promise<{ changes: ChangeRow[]; now: Instant }> {
    const { build } = this.#database
    const clock = build.selectNoFrom(this.#database.now().as('now'))
    const [reading] = await this.#database.read(clock.compile())
    if (reading === undefined) throw new Error('The database does not tell the time')
    const { now } = reading
    const at = typeof from === 'number' ? from : ((now - from.ago) as Instant)
    const changes = await this.#database.read(
      build
        .selectFrom('changes')
        .selectAll()
        .where('at', '>=', at)
        .orderBy('at')
        .orderBy('id')
        .compile(),
    )
    return { changes, now }
  }

  /** Forgets changes that no token outlives. */
  async forgetBefore(at: Instant): Promise<void> {
    const query = this.#database.build.deleteFrom('changes').where('at', '<', at).compile()
    await this.#database.write([{ query }])
  }

  /** Whether a token that has no session was ended, by any process. */
  async hasEndedToken(jti: string): Promise<boolean> {
    const query = this.#database.build
      .selectFrom('changes')
      .select('id')
      .where('id', '=', `token_ended:${jti}`)
    return (await this.#database.read(query.compile())).length > 0
  }

  /** Ends a token that has no session. */
  async endToken(jti: string, event: AuditRow): Promise<void> {
    const told = change(this.#database, 'token_ended', jti)
    await this.#database.write([told, auditEntry(this.#database.build, event)])
  }
}

/** The statement that writes a change, for the units of other tables. Told twice, it is there once. */
export function change(
  database: Database,
  kind: ChangeRow['kind'],
  subject: string,
  /** Tells changes apart that can happen to one subject again and again. */
  occasion = '',
): Statement {
  const query = database.build
    .insertInto('changes')
    .values({ id: `${kind}:${subject}${occasion}`, at: database.now(), kind, subject })
    .onConflict((conflict) => conflict.doNothing())
  return { query: query.compile() }
}
