/** The outbox: a mail is written in the unit of what it tells of, and sent from here afterwards. */

import type { Kysely } from 'kysely'
import type { Statement } from './database.js'
import type { MailRow, Schema } from './schema.js'

/** The statement that puts a mail into the outbox, for the units of other tables. */
export function mailEntry(build: Kysely<Schema>, mail: MailRow): Statement {
  return { query: build.insertInto('mails').values(mail).compile(), requires: 1 }
}
