/** Invitations: links that let somebody register. */

import { auditEntry } from './audit.js'
import type { Database } from './database.js'
import { makeLink } from './links.js'
import { mailEntry } from './mails.js'
import { beyond, type Page, pageOf } from './pages.js'
import type { AuditRow, LinkRow, MailRow } from './schema.js'

export class InvitationTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async create(link: LinkRow, mail: MailRow, event: AuditRow): Promise<void> {
    const { build } = this.#database
    await this.#database.write([
      makeLink(build, link),
      mailEntry(build, mail),
      auditEntry(build, event),
    ])
  }

  /** Those that are good still, newest first. `after` is the `next` of the page before. */
  async list({ limit, after }: { limit: number; after?: string }): Promise<Page<LinkRow>> {
    let query = this.#database.build
      .selectFrom('links')
      .selectAll()
      .where('purpose', '=', 'invitation')
      .where('used_at', 'is', null)
      .where('expires_at', '>', this.#database.now())
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (after !== undefined) query = query.where(beyond(after, ['created_at', 'id'], 'descending'))
    // Whoever looks at them looks for the one that was sent just now.
    const rows = await this.#database.read(query.compile())
    return pageOf(rows, limit, ({ created_at: at, id }) => ({ at, id }))
  }

  /** @returns false where there is none of this id, or it has been used */
  async revoke(id: string, event: AuditRow): Promise<boolean> {
    const query = this.#database.build
      .deleteFrom('links')
      .where('id', '=', id)
      .where('purpose', '=', 'invitation')
      .where('used_at', 'is', null)
    const outcome = await this.#database.write([
      { query: query.compile(), requires: 1 },
      auditEntry(this.#database.build, event),
    ])
    return outcome.done
  }
}
