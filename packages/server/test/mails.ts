import { CompiledQuery } from 'kysely'
import { KeyWrap } from '../src/core/key-wrap.js'
import { type MailKind, mailContext } from '../src/core/outbox.js'
import type { MailRow } from '../src/store/schema.js'
import type { TestServer } from './test-server.js'

export interface Mail {
  kind: MailKind
  address: string
  /** What its text is made from; empty when it has gone. */
  values: Record<string, string>
}

/** What a server has put into its outbox, oldest first; those of one moment in no order. */
export async function mailsOf(server: TestServer, kind?: MailKind): Promise<Mail[]> {
  const { secretKey } = server.latchkey.settings
  if (secretKey === undefined) throw new Error('Without a master secret the mails stay shut')
  const wrap = new KeyWrap(secretKey)
  const query = CompiledQuery.raw('select * from mails order by created_at')
  const rows = await server.read<MailRow & { kind: MailKind }>(query)
  return rows
    .filter((row) => kind === undefined || row.kind === kind)
    .map(({ id, kind, address, wrapped_values: wrapped }) => ({
      kind,
      address,
      values: wrapped === null ? {} : JSON.parse(wrap.unwrap(wrapped, mailContext(id))),
    }))
}

/** The token in the link of a mail. */
export function tokenOf({ values: { url = '' } }: Mail): string {
  return new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? ''
}
