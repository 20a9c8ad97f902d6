import type { Store } from '../store/open.js'
import type { MailSummary } from '../store/own-data.js'
import type { Page } from '../store/pages.js'
import type { AuditRow, UserRow } from '../store/schema.js'
import { detailOf } from './audit/record.js'
import { sessionRecord } from './session-record.js'
import type { Sessions } from './sessions.js'

interface Dependencies {
  store: Store
  sessions: Sessions
}

/** All that is kept about a user, for them to have (GDPR, articles 15 and 20). */
export class OwnData {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Lists of any length, read as they are asked for: no more than a page of each is in memory. */
  listsOf({ id }: UserRow): Readonly<Record<string, AsyncIterable<object>>> {
    const { store, sessions } = this.#deps
    return {
      sessions: each((page) => sessions.listOf(id, page), sessionRecord),
      audit: each(
        (page) => store.ownData.audit(id, page),
        (row) => auditRecord(row, `user:${id}`),
      ),
      mails: each((page) => store.ownData.mails(id, page), mailRecord),
    }
  }
}

async function* each<Row>(
  read: (page: { limit: number; after?: string }) => Promise<Page<Row>>,
  shown: (row: Row) => object | undefined,
): AsyncIterable<object> {
  let after: string | null | undefined
  while (after !== null) {
    const page = await read({ limit: 200, ...(after && { after }) })
    for (const row of page.rows) {
      const record = shown(row)
      if (record !== undefined) yield record
    }
    after = page.next
  }
}

/**
 * Where somebody else acted, who and from where is theirs. A request for a link to an address is the
 * user's only while nobody has proved that address, so those would tell (checklist H08).
 */
function auditRecord(row: AuditRow, self: string) {
  if (row.event === 'email_verification_requested') return undefined
  const isOther = row.actor.startsWith('user:') && row.actor !== self
  return {
    at: new Date(row.at).toISOString(),
    event: row.event,
    by: row.actor === self ? 'you' : isOther ? 'an admin' : row.actor,
    address: isOther ? null : row.address,
    session_id: row.session_id,
    client_id: row.client_id,
    detail: detailOf(row.detail),
  }
}

/**
 * Whether a link went to a new address would tell whether that address is known (checklist H08), so
 * those mails are left out.
 */
function mailRecord(row: MailSummary) {
  if (row.kind === 'email_verification') return undefined
  return {
    kind: row.kind,
    address: row.address,
    created_at: new Date(row.created_at).toISOString(),
    sent_at: row.sent_at === null ? null : new Date(row.sent_at).toISOString(),
  }
}
