/** Rows of the audit log, and of the seals that chain it. */

import type { Instant, SessionId, UserId } from './ids.js'

/** An entry as it is written, in the unit of what it records. */
export interface AuditRow {
  id: string
  at: Instant
  event: string
  /** Whose account it concerns. */
  user_id: UserId | null
  session_id: SessionId | null
  client_id: string | null
  /** Who did it: `user:ID`, `cli`, `system`. */
  actor: string
  address: string | null
  request_id: string | null
  /** More of it, as JSON; never a secret. */
  detail: string | null
}

/** An entry as it is kept. */
export interface KeptAuditRow extends AuditRow {
  /** The number of its seal; null until it has one. */
  seal: number | null
}

/** What binds some entries to each other, and to all before them. */
export interface AuditSealRow {
  /** 1, 2, 3 ...; unique, so that of two processes one makes it. */
  number: number
  /** How many entries it holds. */
  entries: number
  /** Their ids and digests, in their order. */
  digests: string
  /** The latest of their times and of all before: it never goes back, so that a time can be looked for. */
  latest_at: Instant
  /** Of the seal before; empty for the first. */
  previous_mac: string
  /** `latest_at` of the seal before; null for the first. */
  previous_latest_at: Instant | null
  /** How many milliseconds the log was kept when it was made; null for ever. */
  kept_for: number | null
  created_at: Instant
  /** Which key made the MAC. */
  key_id: string
  /** Over all of the above. */
  mac: string
}

/** A key that seals are made with. */
export interface AuditKeyRow {
  id: string
  /** 1, 2, 3 ...; unique, so that two processes cannot both make the first. */
  generation: number
  wrapped_key: string
  created_at: Instant
}
