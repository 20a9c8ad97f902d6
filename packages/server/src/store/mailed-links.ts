/** Links that are asked for and go out by mail: always the same statements, whoever asks for whom. */

import { sql } from 'kysely'
import { auditEntry } from './audit.js'
import type { Database, Statement } from './database.js'
import type { AuditRow, Instant, LinkRow, MailRow, UserId } from './schema.js'

export interface MailedLink {
  link: LinkRow & { user_id: UserId }
  mail: MailRow
  /** Of the request: it is written whatever comes of it. */
  event: AuditRow
  /** How many such links may go to one address in an hour; without it as many as are asked for. */
  most?: number | undefined
  /** Whether it makes the user's earlier links of its purpose worthless. */
  supersedes?: boolean | undefined
}

export class MailedLinkTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Makes the link and the mail with it, unless the user is not there or disabled, or the address has
   * had its share: that makes no other statements, and a commit too (checklist H08).
   *
   * @returns whether there is a link now
   */
  async send(request: MailedLink): Promise<boolean> {
    const { link, mail, event, supersedes } = request
    const { build } = this.#database
    const outcome = await this.#database.write([
      this.#hold(link.user_id),
      this.#makeLink(request),
      ...(supersedes ? [this.#supersede(link)] : []),
      this.#makeMail(mail, link),
      auditEntry(build, event),
    ])
    return outcome.done && outcome.rows[1]?.length === 1
  }

  /** Of several requests at once each counts the links of those before it (checklist M06): it waits for them here. */
  #hold(userId: UserId): Statement {
    const query = this.#database.build
      .updateTable('users')
      .set(({ ref }) => ({ updated_at: ref('updated_at') }))
      .where('id', '=', userId)
    return { query: query.compile() }
  }

  #makeLink({ link, most }: MailedLink): Statement {
    const { build } = this.#database
    let row = build
      .selectFrom('users')
      .select([
        text(link.digest).as('digest'),
        text(link.id).as('id'),
        text(link.purpose).as('purpose'),
        text(link.user_id).as('user_id'),
        text(link.email).as('email'),
        text(link.email_key).as('email_key'),
        text(link.detail).as('detail'),
        integer(link.created_at).as('created_at'),
        integer(link.expires_at).as('expires_at'),
        integer(link.used_at).as('used_at'),
      ])
      .where('users.id', '=', link.user_id)
      .where('users.disabled', '=', 0)
    if (most !== undefined) {
      const sent = build
        .selectFrom('links')
        .select(({ fn }) => fn.countAll().as('sent'))
        .where('email_key', '=', link.email_key)
        .where('purpose', '=', link.purpose)
        .where('created_at', '>', (link.created_at - hour) as Instant)
      row = row.where(sql<boolean>`(${sent}) < cast(${most} as integer)`)
    }
    const query = build.insertInto('links').columns(linkColumns).expression(row).returning('id')
    return { query: query.compile() }
  }

  #supersede({ digest, user_id: userId, purpose }: MailedLink['link']): Statement {
    const { build } = this.#database
    const made = build.selectFrom('links as made').select('digest').where('digest', '=', digest)
    const query = build
      .updateTable('links')
      .set({ used_at: this.#database.now() })
      .where('user_id', '=', userId)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .where('digest', '<>', digest)
      .where(({ exists }) => exists(made))
    return { query: query.compile() }
  }

  #makeMail(mail: MailRow, { digest }: LinkRow): Statement {
    const { build } = this.#database
    const row = build
      .selectFrom('links')
      .select([
        text(mail.id).as('id'),
        text(mail.kind).as('kind'),
        text(mail.user_id).as('user_id'),
        text(mail.address).as('address'),
        text(mail.wrapped_values).as('wrapped_values'),
        text(mail.state).as('state'),
        integer(mail.attempts).as('attempts'),
        integer(mail.created_at).as('created_at'),
        integer(mail.due_at).as('due_at'),
        integer(mail.sent_at).as('sent_at'),
        text(mail.fault).as('fault'),
      ])
      .where('digest', '=', digest)
    return { query: build.insertInto('mails').columns(mailColumns).expression(row).compile() }
  }
}

/** Milliseconds. */
const hour = 60 * 60_000

const linkColumns = [
  'digest',
  'id',
  'purpose',
  'user_id',
  'email',
  'email_key',
  'detail',
  'created_at',
  'expires_at',
  'used_at',
] as const

const mailColumns = [
  'id',
  'kind',
  'user_id',
  'address',
  'wrapped_values',
  'state',
  'attempts',
  'created_at',
  'due_at',
  'sent_at',
  'fault',
] as const

// What is selected takes its type from nowhere: a parameter has to bring one.

function text(value: string | null) {
  return sql`cast(${value} as text)`
}

function integer(value: number | null) {
  return sql`cast(${value} as bigint)`
}
