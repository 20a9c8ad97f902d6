/** Whose an e-mail address is: many may claim one, and one of them has proved it. */

import { sql } from 'kysely'
import { auditEntry } from './audit.js'
import type { Database } from './database.js'
import { dropLinks, useLink } from './links.js'
import { mailEntry } from './mails.js'
import type { AuditRow, Instant, LinkRow, MailRow, UserId, UserRow } from './schema.js'
import { laterThanBefore } from './user-edits.js'
import { replaceParts } from './user-parts.js'

export interface ProvenAddress {
  /** As they were seen. */
  user: UserRow
  link: Pick<LinkRow, 'digest' | 'purpose'>
  email: string
  emailKey: string
  at: Instant
  event: AuditRow
  mails: readonly MailRow[]
}

export class EmailAddressTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async findOwner(emailKey: string): Promise<UserRow | undefined> {
    const query = this.#database.build
      .selectFrom('users')
      .selectAll()
      .where('email_key', '=', emailKey)
      .where('email_verified', '=', sql.lit(1))
    const [user] = await this.#database.read(query.compile())
    return user
  }

  /** Of several who claim it and may sign in the one who came last; of more than a hundred, one of a hundred. */
  async findClaimant(emailKey: string): Promise<UserRow | undefined> {
    const query = this.#database.build
      .selectFrom('users')
      .selectAll()
      .where('email_key', '=', emailKey)
      .where('email_verified', '=', sql.lit(0))
      .where('disabled', '=', 0)
      .limit(100)
    const users = await this.#database.read(query.compile())
    return users.sort((one, other) => other.created_at - one.created_at)[0]
  }

  /**
   * Gives the user the address that a link has proved, and makes worthless what was sent to the one of
   * before. False where the user is not as they were seen, somebody else has proved the address, or the
   * link is over: nothing is done then.
   */
  async prove(proven: ProvenAddress): Promise<boolean> {
    const { user, email, emailKey, at } = proven
    const { build } = this.#database
    const update = build
      .updateTable('users')
      .set({
        email,
        email_key: emailKey,
        email_verified: 1,
        updated_at: laterThanBefore(at),
      })
      .where('id', '=', user.id)
      .where('disabled', '=', 0)
      .where('email_key', user.email_key === null ? 'is' : '=', user.email_key)
      .where(isNobodyElses(user.id, emailKey))
    const outcome = await this.#database.write([
      { query: update.compile(), requires: 1 },
      ...replaceParts(build, user, { ...user, email_key: emailKey }),
      useLink(this.#database, proven.link),
      dropLinks(build, user.id, 'verify_email'),
      dropLinks(build, user.id, 'reset_password'),
      auditEntry(build, proven.event),
      ...proven.mails.map((mail) => mailEntry(build, mail)),
    ])
    return outcome.done
  }
}

/** Whether no other user has proved an address, for the statement that gives it to this one. */
export function isNobodyElses(userId: UserId, emailKey: string | null) {
  return sql<boolean>`not exists (select 1 from users as others
    where others.email_key = ${emailKey} and others.email_verified = 1 and others.id <> ${userId})`
}
