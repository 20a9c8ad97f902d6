/** The seals of the audit log: a chain, each of some entries. */

import type { Database } from './database.js'
import type { AuditSealRow, Instant } from './schema.js'

/** The newest seal, of which the next one tells. */
export type SealHead = Pick<AuditSealRow, 'number' | 'latest_at' | 'mac'>

export class AuditSealTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async head(): Promise<SealHead | undefined> {
    const query = this.#database.build
      .selectFrom('audit_seals')
      .select(['number', 'latest_at', 'mac'])
      .where('number', '>', 0)
      .orderBy('number', 'desc')
      .limit(1)
    const [head] = await this.#database.read(query.compile())
    return head
  }

  /**
   * Puts a seal on exactly these entries.
   *
   * @returns false where another process has made the seal of that number, or one of these entries
   *   has a seal: look again
   */
  async add(seal: AuditSealRow, ids: readonly string[]): Promise<boolean> {
    const { build } = this.#database
    const insert = build
      .insertInto('audit_seals')
      .values(seal)
      .onConflict((conflict) => conflict.doNothing())
    const update = build
      .updateTable('audit')
      .set({ seal: seal.number })
      .where('id', 'in', ids)
      .where('seal', 'is', null)
    const outcome = await this.#database.write([
      { query: insert.compile(), requires: 1 },
      { query: update.compile(), requires: ids.length },
    ])
    return outcome.done
  }

  /** In the order of their numbers. */
  async after(number: number, limit: number): Promise<AuditSealRow[]> {
    const query = this.#database.build
      .selectFrom('audit_seals')
      .selectAll()
      .where('number', '>', number)
      .orderBy('number')
      .limit(limit)
    return this.#database.read(query.compile())
  }

  /** The number of the first seal that may hold entries from then on. */
  async firstSince(from: Instant): Promise<number | undefined> {
    const query = this.#database.build
      .selectFrom('audit_seals')
      .select('number')
      .where('latest_at', '>=', from)
      .orderBy('latest_at')
      .orderBy('number')
      .limit(1)
    const [row] = await this.#database.read(query.compile())
    return row?.number
  }

  /** The oldest, without what they hold. */
  async oldest(limit: number): Promise<Pick<AuditSealRow, 'number' | 'entries' | 'latest_at'>[]> {
    const query = this.#database.build
      .selectFrom('audit_seals')
      .select(['number', 'entries', 'latest_at'])
      .where('number', '>', 0)
      .orderBy('number')
      .limit(limit)
    return this.#database.read(query.compile())
  }

  /** Deletes seals with all their entries, in one unit: not too many. @returns how many entries */
  async forget(first: number, last: number): Promise<number> {
    const { build } = this.#database
    const entries = build
      .deleteFrom('audit')
      .where('seal', '>=', first)
      .where('seal', '<=', last)
      .returning('id')
    const seals = build
      .deleteFrom('audit_seals')
      .where('number', '>=', first)
      .where('number', '<=', last)
    const outcome = await this.#database.write([
      { query: entries.compile() },
      { query: seals.compile() },
    ])
    return outcome.done ? (outcome.rows[0] ?? []).length : 0
  }
}
