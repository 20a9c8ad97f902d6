/** What is kept about one user besides their record, for whoever asks for all of it. */

import type { Database } from './database.js'
import { beyond, type Page, pageOf } from './pages.js'
import type { AuditRow, MailRow, UserId } from './schema.js'

interface Slice {
  limit: number
  after?: string | undefined
}

/** Of a mail what may be shown: not what it was made from. */
export type MailSummary = Pick<MailRow, 'id' | 'kind' | 'address' | 'created_at' | 'sent_at'>

export class OwnDataTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The audit log's entries about a user, oldest first. */
  async audit(userId: UserId, { limit, after }: Slice): Promise<Page<AuditRow>> {
    let query = this.#database.build
      .selectFrom('audit')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('at')
      .orderBy('id')
      .limit(limit + 1)
    if (after !== undefined) query = query.where(beyond(after, ['at', 'id'], 'ascending'))
    return pageOf(await this.#database.read(query.compile()), limit, (row) => row)
  }

  /** Mails to a user, oldest first. */
  async mails(userId: UserId, { limit, after }: Slice): Promise<Page<MailSummary>> {
    let query = this.#database.build
      .selectFrom('mails')
      .select(['id', 'kind', 'address', 'created_at', 'sent_at'])
      .where('user_id', '=', userId)
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit + 1)
    if (after !== undefined) query = query.where(beyond(after, ['created_at', 'id'], 'ascending'))
    const rows = await this.#database.read(query.compile())
    return pageOf(rows, limit, ({ created_at: at, id }) => ({ at, id }))
  }
}
