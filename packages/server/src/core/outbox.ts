import type { Instant, LinkPurpose, MailRow, UserId, UserRow } from '../store/schema.js'
import type { Clock } from './clock.js'
import type { KeyWrap } from './key-wrap.js'
import { randomHexId } from './random.js'

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

/** As long as which links the one in a mail is good, without which it is worth nothing; null where there is none. */
export const linkIn: Readonly<Record<MailKind, LinkPurpose | null>> = {
  password_reset: 'reset_password',
  email_verification: 'verify_email',
  address_known: null,
  invitation: 'invitation',
  account_created: 'invitation',
  password_changed: null,
  email_changed: null,
  account_deleted: null,
}

/** Rows may be of a kind that only a newer version knows. */
export function isMailKind(kind: string): kind is MailKind {
  return Object.hasOwn(linkIn, kind)
}

interface Dependencies {
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
  /** Whether mails are kept and not sent: there is no mail server, and people read them here. */
  keeps: boolean
  /** Told that a mail is about to be written. */
  onComposed: () => void
}

/** Composes mails for the units of what they tell of; `postman.ts` sends them. */
export class Outbox {
  readonly #deps: Dependencies
  #last = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  compose<Kind extends MailKind>(
    kind: Kind,
    to: { address: string; userId?: UserId },
    values: MailValues[Kind],
  ): MailRow {
    const { clock, keeps, onComposed } = this.#deps
    const at = clock()
    // Lists are in the order of writing, even of what is written in one millisecond.
    this.#last = Math.max(at, this.#last + 1)
    const id = randomHexId()
    onComposed()
    return {
      id,
      kind,
      user_id: to.userId ?? null,
      address: to.address,
      wrapped_values: this.#deps.wrap(true).wrap(JSON.stringify(values), mailContext(id)),
      state: keeps ? 'kept' : 'queued',
      attempts: 0,
      created_at: this.#last as Instant,
      due_at: keeps ? ((at + keptFor) as Instant) : at,
      sent_at: null,
      fault: null,
    }
  }

  /** What a user is told of their own account, where they have proved an address; else nothing. */
  notice(kind: 'password_changed' | 'account_deleted', user: UserRow): MailRow[] {
    const { id, username, email, email_verified: isVerified } = user
    if (email === null || isVerified === 0) return []
    return [this.compose(kind, { address: email, userId: id }, { username })]
  }
}

/** Milliseconds for which a mail that nobody sends is kept. */
export const keptFor = 7 * 24 * 60 * 60_000

/** A link in it opens an account, so a copy of the database must not show it (checklist C05). */
export function mailContext(id: string): string {
  return `mail:${id}`
}
