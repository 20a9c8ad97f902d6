/**
 * The feed by which processes that share a database learn what guarded routes must know without
 * asking it: which sessions and tokens have ended, and which clients have changed. A change is
 * written in the unit that makes it true.
 *
 * Readers go by the database's clock and look a little further back each time, because rows of
 * units that ran at once do not become visible in the order of their times.
 */

import { sql } from 'kysely'
import { auditEntry } from './audit.js'
import type { Database, Statement, Watch } from './database.js'
import type { AuditRow, ChangeRow, Instant, StatusPlace } from './schema.js'
import { revokePlace } from './statuses.js'

export class ChangeTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * The changes since then, oldest first, and the time by the clock that they are stamped with. The
   * place of a session that has ended is the one in its row, which nobody changes any more.
   *
   * @param from a time by that clock, or how many milliseconds ago
   * @param now what that clock has just told, where it was asked
   */
  async since(
    from: Instant | { ago: number },
    now?: Instant,
  ): Promise<{ changes: ChangeRow[]; now: Instant }> {
    const time = now ?? (await this.now())
    const { build } = this.#database
    const at = typeof from === 'number' ? from : ((time - from.ago) as Instant)
    const changes = await this.#database.read(
      build
        .selectFrom('changes')
        .leftJoin('sessions', (join) =>
          join
            .on('changes.kind', '=', sql.lit('session_ended'))
            .onRef('sessions.id', '=', 'changes.subject'),
        )
        .select(['changes.id', 'changes.at', 'changes.kind', 'changes.subject'])
        .select(({ fn }) => [
          fn.coalesce('changes.status_list', 'sessions.status_list').as('status_list'),
          fn.coalesce('changes.status_index', 'sessions.status_index').as('status_index'),
        ])
        .where('changes.at', '>=', at)
        .orderBy('changes.at')
        .orderBy('changes.id')
        .compile(),
    )
    return { changes, now: time }
  }

  /** The time by the clock that changes are stamped with. */
  async now(): Promise<Instant> {
    const query = this.#database.build.selectNoFrom(this.#database.now().as('now'))
    const [reading] = await this.#database.read(query.compile())
    if (reading === undefined) throw new Error('The database does not tell the time')
    return reading.now
  }

  /** Hears that there may be something new. @returns undefined where the database can not tell */
  async watch(onChange: () => void): Promise<Watch | undefined> {
    return this.#database.watch(onChange)
  }

  /** Whether a token that has no session was ended, by any process. */
  async hasEndedToken(jti: string): Promise<boolean> {
    const query = this.#database.build
      .selectFrom('changes')
      .select('id')
      .where('id', '=', `token_ended:${jti}`)
    return (await this.#database.read(query.compile())).length > 0
  }

  /** Ends a token that has no session. @param place none for one from before there were status lists */
  async endToken(jti: string, event: AuditRow, place?: StatusPlace): Promise<void> {
    await this.#database.write([
      change(this.#database, 'token_ended', jti, '', place),
      ...(place === undefined ? [] : [revokePlace(this.#database, place)]),
      auditEntry(this.#database.build, event),
    ])
  }
}

/** The statement that writes a change, for the units of other tables. Told twice, it is there once. */
export function change(
  database: Database,
  kind: ChangeRow['kind'],
  subject: string,
  /** Tells changes apart that can happen to one subject again and again. */
  occasion = '',
  place?: StatusPlace,
): Statement {
  const at = database.now()
  const { list: status_list, index: status_index } = place ?? { list: null, index: null }
  const query = database.build
    .insertInto('changes')
    .values({ id: `${kind}:${subject}${occasion}`, at, kind, subject, status_list, status_index })
    .onConflict((conflict) => conflict.doNothing())
  return { query: query.compile(), tells: true }
}
