/** The audit log. Entries are written in the unit of what they record (K04). */

import type { CompiledQuery, Kysely } from 'kysely'
import { type Database, keepInsert, type Statement } from './database.js'
import { mailEntry } from './mails.js'
import { beyond, type Page, pageOf } from './pages.js'
import type { AuditRow, MailRow, Schema } from './schema.js'

export class AuditTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * For what happened without a change to go with it, such as a failed sign-in.
   *
   * @param mail tells somebody of it
   */
  async append(event: AuditRow, mail?: MailRow): Promise<void> {
    const { build } = this.#database
    const mails = mail === undefined ? [] : [mailEntry(build, mail)]
    await this.#database.write([auditEntry(build, event), ...mails])
  }

  /** Newest first. `after` is the `next` of the page before. */
  async list({ limit, after }: { limit: number; after?: string }): Promise<Page<AuditRow>> {
    let query = this.#database.build
      .selectFrom('audit')
      .selectAll()
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (after !== undefined) query = query.where(beyond(after, ['at', 'id'], 'descending'))
    return pageOf(await this.#database.readStale(query.compile()), limit, (row) => row)
  }
}

/** The statement that writes an entry, for the units of other tables. */
export function auditEntry(build: Kysely<Schema>, event: AuditRow): Statement {
  return { query: insertInto(build)(event), requires: 1, touchesOneAtMost: true }
}

/** Every change has an entry, so the statement is compiled once for each database. */
const inserts = new WeakMap<Kysely<Schema>, (event: AuditRow) => CompiledQuery>()

function insertInto(build: Kysely<Schema>): (event: AuditRow) => CompiledQuery {
  const kept =
    inserts.get(build) ??
    keepInsert<AuditRow>('audit_insert', (row) => build.insertInto('audit').values(row).compile())
  inserts.set(build, kept)
  return kept
}
