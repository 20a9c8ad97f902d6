import { Refusal } from '../errors.js'
import type { MailQuery } from '../store/mails.js'
import type { Store } from '../store/open.js'
import type { Page } from '../store/pages.js'
import type { MailRow } from '../store/schema.js'
import type { Letter, Letters } from './letters.js'

interface Dependencies {
  store: Store
  letters: Letters
  /** Whether people may read what is in them. */
  areShown: boolean
}

/** What admins see of the mails that were sent, wait, or are kept. */
export class Mails {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Whether admins may read them, which they must not where accounts are in earnest. */
  get areShown(): boolean {
    return this.#deps.areShown
  }

  async list(query: MailQuery): Promise<Page<MailRow>> {
    return this.#deps.store.mails.list(query)
  }

  /**
   * With what it says only where that is for development: who can read the link of a reset can have the
   * account, and admins must not (checklist I08).
   *
   * @throws Refusal `mail_unknown`
   */
  async get(id: string): Promise<{ row: MailRow; letter: Letter | undefined }> {
    const { store, letters, areShown } = this.#deps
    const row = isMailId(id) ? await store.mails.find(id) : undefined
    if (row === undefined) throw new Refusal('mail_unknown', { message: 'There is no such mail' })
    return { row, letter: areShown ? letters.of(row) : undefined }
  }
}

/** PostgreSQL fails at text that it can not hold, such as a NUL: no such text gets there. */
function isMailId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}

/** A mail as it is told to admins. */
export function mailRecord(row: MailRow) {
  const isQueued = row.state === 'queued'
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    to: row.address,
    user_id: row.user_id,
    attempts: row.attempts,
    fault: row.fault,
    created_at: isoTime(row.created_at),
    next_attempt_at: isQueued ? isoTime(row.due_at) : null,
    sent_at: row.sent_at === null ? null : isoTime(row.sent_at),
    forgotten_at: isQueued ? null : isoTime(row.due_at),
  }
}

function isoTime(at: number): string {
  return new Date(at).toISOString()
}
