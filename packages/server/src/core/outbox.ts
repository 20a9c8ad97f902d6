import type { MailRow, UserId } from '../store/schema.js'
import type { Clock } from './clock.js'
import type { KeyWrap } from './key-wrap.js'
import { randomId } from './random.js'

/** What each kind of mail is made from. */
export interface MailValues {
  password_reset: { username: string; url: string }
  email_verification: { username: string; url: string }
  /** To somebody who is a user already, when their address was registered again. */
  address_known: { username: string }
  invitation: { url: string }
  /** An admin has made the account; the link is for choosing a password. */
  account_created: { username: string; url: string }
  password_changed: { username: string }
  /** To the address of before. */
  email_changed: { username: string; to: string }
  account_deleted: { username: string }
}

export type MailKind = keyof MailValues

interface Dependencies {
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
}

/** Composes mails for the units of what they tell of; `postman.ts` sends them. */
export class Outbox {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  compose<Kind extends MailKind>(
    kind: Kind,
    to: { address: string; userId?: UserId },
    values: MailValues[Kind],
  ): MailRow {
    const at = this.#deps.clock()
    const id = randomId()
    return {
      id,
      kind,
      user_id: to.userId ?? null,
      address: to.address,
      wrapped_values: this.#deps.wrap(true).wrap(JSON.stringify(values), mailContext(id)),
      state: 'queued',
      attempts: 0,
      created_at: at,
      due_at: at,
      sent_at: null,
      fault: null,
    }
  }
}

/** A link in it opens an account, so a copy of the database must not show it (checklist C05). */
export function mailContext(id: string): string {
  return `mail:${id}`
}
