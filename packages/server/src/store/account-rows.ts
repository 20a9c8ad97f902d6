/** Rows of what accounts need besides the users. */

import type { Instant, UserId } from './ids.js'

export type LinkPurpose = 'reset_password' | 'verify_email' | 'invitation' | 'first_admin'

/** A link that works once. Its token is not here. */
export interface LinkRow {
  /** SHA-256 of the token, in hex. */
  digest: string
  /** To speak of it by. */
  id: string
  purpose: LinkPurpose
  /** Who it was made for; null where that is nobody yet. */
  user_id: UserId | null
  /** Where it was sent. */
  email: string | null
  /** Its canonical form. */
  email_key: string | null
  /** What else it stands for, as JSON. */
  detail: string | null
  created_at: Instant
  /** By the database's clock. */
  expires_at: Instant
  used_at: Instant | null
}

/** A mail in the outbox, or what is remembered of one that has gone. */
export interface MailRow {
  id: string
  kind: string
  user_id: UserId | null
  address: string
  /** What its text is made from, as JSON, encrypted under the master secret; null when it has gone. */
  wrapped_values: string | null
  /** `kept`: there is no mail server. */
  state: 'queued' | 'sent' | 'failed' | 'kept'
  attempts: number
  created_at: Instant
  /** When it may be tried next, or, once it is not queued any more, be forgotten; by the database's clock. */
  due_at: Instant
  sent_at: Instant | null
  /** Why the last attempt failed; never an address, and nothing that a mail server wrote. */
  fault: string | null
}

/** How often something was tried; see `attempts.ts`. */
export interface AttemptRow {
  /** A MAC of what is counted, or what was used up. */
  key: string
  /** Of the last attempt that was counted. */
  at: Instant
  /** Milliseconds after which one of them is forgotten. */
  forget: number
  /** Milliseconds after which the next may come. */
  wait: number
  /** When all of them are forgotten. */
  forgotten_at: Instant
}
