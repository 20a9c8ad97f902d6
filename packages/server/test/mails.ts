/** What servers have put into their outboxes. */

import { CompiledQuery } from 'kysely'
import { KeyWrap } from '../src/core/key-wrap.js'
import { type MailKind, mailContext } from '../src/core/outbox.js'
import type { Database } from '../src/store/database.js'
import type { MailRow } from '../src/store/schema.js'
import type { TestServer } from './test-server.js'

export interface Mail {
  kind: MailKind
  address: string
  /** What its text is made from; empty when it has gone. */
  values: Record<string, string>
}

export interface OwnedMail extends Mail {
  userId: string | null
}

/** Oldest first; those of one moment by their ids, which are random. */
export async function mailsOf(server: TestServer, kind?: MailKind): Promise<Mail[]> {
  const mails = await mailsIn(server, server.latchkey.settings.secretKey)
  return mails
    .filter((mail) => kind === undefined || mail.kind === kind)
    .map(({ userId, ...mail }) => mail)
}

/** @param secretKey the master secret of the server that wrote them */
export async function mailsIn(
  database: Pick<Database, 'read'>,
  secretKey: Uint8Array | undefined,
): Promise<OwnedMail[]> {
  if (secretKey === undefined) throw new Error('Without a master secret the mails stay shut')
  const wrap = new KeyWrap(secretKey)
  const query = CompiledQuery.raw('select * from mails order by created_at, id')
  const rows = await database.read<MailRow & { kind: MailKind }>(query)
  return rows.map(({ id, kind, address, user_id: userId, wrapped_values: wrapped }) => ({
    kind,
    address,
    userId,
    values: wrapped === null ? {} : JSON.parse(wrap.unwrap(wrapped, mailContext(id))),
  }))
}

/** The token in the link of a mail. */
export function tokenOf(mail: Mail | undefined): string {
  const [, token] = /#token=([\w-]{43})$/.exec(mail?.values.url ?? '') ?? []
  if (token === undefined) throw new Error('There is no link in that mail')
  return token
}
