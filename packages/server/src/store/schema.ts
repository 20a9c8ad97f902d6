/**
 * The tables as types. What both databases share and no more: text, and integers for
 * milliseconds since 1970 and for yes (1) and no (0).
 */

import type { AttemptRow, LinkRow, MailRow } from './account-rows.js'
import type { AuditKeyRow, AuditSealRow, KeptAuditRow } from './audit-rows.js'
import type { Flag, Instant, KeyId, SessionId, UserId } from './ids.js'
import type { StatisticRow, StatisticWriterRow } from './statistics-rows.js'
import type { StatusListRow, StatusRow } from './status-rows.js'

export type { AttemptRow, LinkPurpose, LinkRow, MailRow } from './account-rows.js'
export type { AuditKeyRow, AuditRow, AuditSealRow, KeptAuditRow } from './audit-rows.js'
export type { Flag, Instant, KeyId, SessionId, UserId } from './ids.js'
export type { StatisticRow, StatisticWriterRow } from './statistics-rows.js'
export type { StatusListRow, StatusPlace, StatusRow } from './status-rows.js'

/** Holds nothing secret: a row may be sent to its user as it is. The password hash has its own table. */
export interface UserRow {
  id: UserId
  /** As typed at registration. */
  username: string
  /** Canonical form (NFKC, case folded); unique. */
  username_key: string
  email: string | null
  /** Canonical form; unique among verified addresses. */
  email_key: string | null
  email_verified: Flag
  disabled: Flag
  /** Granted scopes, sorted and parted by one space; empty for none. */
  scopes: string
  /** What the user may change, as a JSON object; null for an empty one. */
  metadata: string | null
  /** What only admins may change; the same. */
  admin_metadata: string | null
  created_at: Instant
  updated_at: Instant
}

/** What a user is found by; see `user-parts.ts`. */
export interface UserPartRow {
  /** In UTF-8. */
  part: Uint8Array
  user_id: UserId
}

/** What all rows of a table have to be given, and some may not have yet. */
export interface BackfillRow {
  name: string
  /** By the database's clock; null while some lack it. */
  done_at: Instant | null
  /** How often rows were made without, so that whoever goes through all of them sees that there are more. */
  additions: number
  /** How often it was taken from a row, so that whoever gives it sees that what they know may be over. */
  removals: number
}

/** An import of users, by what its file holds. */
export interface UserImportRow {
  id: string
  file: string
  /** How many of the file's records are settled. */
  position: number
  /** What has come of those, as JSON. */
  report: string
  begun_at: Instant
  /** Null until the file's end. */
  ended_at: Instant | null
}

export interface PasswordRow {
  user_id: UserId
  hash: string
  changed_at: Instant
}

export interface SessionRow {
  id: SessionId
  user_id: UserId
  client_id: string
  /** Scopes asked for at sign-in, parted by one space; null where the session follows what user and client have. */
  scope: string | null
  /** Counts rotations of the refresh token. */
  counter: number
  /** Goes up when a backup is restored, so that refresh tokens of before are no good. */
  epoch: number
  /** Of the last rotation, by the database's clock; null before the first. */
  rotated_at: Instant | null
  /** `changed_at` of the password that it was opened with, or kept through a change of; null where there was none. */
  password_at: Instant | null
  /** Where it was opened. */
  address: string | null
  user_agent: string | null
  /** Authentication methods (RFC 8176), parted by one space. */
  amr: string
  authenticated_at: Instant
  created_at: Instant
  last_used_at: Instant
  ended_at: Instant | null
  /** An `EndReason`, or one of a newer release. */
  ended_why: string | null
  /** Where its access tokens stand in the status lists; null from before there were any. */
  status_list: number | null
  status_index: number | null
  /** How often what its tokens hold has changed since the last of them; 0 where they say what is so. */
  claims_changed: number
}

export interface SigningKeyRow {
  kid: KeyId
  algorithm: string
  /** 1, 2, 3 ... for each algorithm; unique with it, so that two processes cannot both make the first key. */
  generation: number
  /** Public JWK, as JSON. */
  public_jwk: string
  /** Private JWK, encrypted under the master secret. */
  wrapped_private_key: string
  created_at: Instant
  /** When it begins to sign, by the database's clock; it is published from its creation. */
  signs_from: Instant
  /** When its tokens began to be refused, for it is in somebody else's hands; null for all others. */
  retired_at: Instant | null
}

/** A key that refresh tokens are authenticated with. */
export interface RefreshKeyRow {
  id: string
  /** 1, 2, 3 ...; unique, so that two processes cannot both make the first. */
  generation: number
  wrapped_key: string
  created_at: Instant
}

export interface ClientRow {
  id: string
  /** For people. */
  name: string
  confidential: Flag
  /** Grant types, sorted and parted by one space. */
  grants: string
  /** Scopes, sorted and parted by one space. */
  scopes: string
  /** Seconds; null for what the settings say. */
  access_token_ttl: number | null
  refresh_idle_ttl: number | null
  session_ttl: number | null
  /** Deleted ones stay, because their ids are never given again. */
  state: 'enabled' | 'disabled' | 'deleted'
  created_at: Instant
  updated_at: Instant
}

export interface ClientSecretRow {
  id: string
  client_id: string
  /** SHA-256, in hex. */
  digest: string
  created_at: Instant
  /** Null for the newest; set when another takes its place. */
  expires_at: Instant | null
}

/** A canonical username or a client's id that is taken, for ever. */
export interface NameRow {
  name: string
}

/** What other processes must learn of; see `changes.ts`. */
export interface ChangeRow {
  id: string
  /** By the database's clock. */
  at: Instant
  kind:
    | 'session_ended'
    | 'token_ended'
    | 'claims_changed'
    | 'client_changed'
    | 'status_list_changed'
  /** The id of the session or the client, the `jti` of the token, or the number of the list. */
  subject: string
  /** The place whose status has changed, where it was known at the time. */
  status_list: number | null
  status_index: number | null
}

/** A change of a client's scopes of which its sessions are still to hear. */
export interface ScopeChangeRow {
  id: string
  client_id: string
  /** Those that it has got and those that it has lost, sorted and parted by one space; empty for all that there is. */
  scopes: string
  at: Instant
  /** Milliseconds over which the sessions hear of it. */
  spread: number
  /** The first slice of the sessions that has not heard. */
  slice: number
  /** Until then one process tells them. */
  held_until: Instant
}

/** A clean-up, and how far it is. */
export interface SweepRow {
  name: string
  /** Where the next step begins; what it means is the clean-up's own. */
  position: string
  /** How many rows this pass has deleted. */
  removed: number
  /** When the next step may be taken, by the database's clock. */
  due_at: Instant
}

export interface MigrationRow {
  name: string
  applied_at: number
  /** The oldest migration whose code can use the tables as this one left them. */
  usable_by: string
}

export interface MigrationLockRow {
  id: number
  held_by: string
  held_until: Instant
}

export interface Schema {
  migrations: MigrationRow
  migration_lock: MigrationLockRow
  users: UserRow
  user_parts: UserPartRow
  user_imports: UserImportRow
  passwords: PasswordRow
  sessions: SessionRow
  signing_keys: SigningKeyRow
  refresh_keys: RefreshKeyRow
  clients: ClientRow
  client_secrets: ClientSecretRow
  names: NameRow
  changes: ChangeRow
  status_lists: StatusListRow
  statuses: StatusRow
  scope_changes: ScopeChangeRow
  attempts: AttemptRow
  sweeps: SweepRow
  backfills: BackfillRow
  links: LinkRow
  mails: MailRow
  audit: KeptAuditRow
  audit_seals: AuditSealRow
  audit_keys: AuditKeyRow
  statistics: StatisticRow
  statistics_writers: StatisticWriterRow
}

const all: Readonly<Record<keyof Schema, true>> = {
  migrations: true,
  migration_lock: true,
  users: true,
  user_parts: true,
  user_imports: true,
  passwords: true,
  sessions: true,
  signing_keys: true,
  refresh_keys: true,
  clients: true,
  client_secrets: true,
  names: true,
  changes: true,
  status_lists: true,
  statuses: true,
  scope_changes: true,
  attempts: true,
  sweeps: true,
  backfills: true,
  links: true,
  mails: true,
  audit: true,
  audit_seals: true,
  audit_keys: true,
  statistics: true,
  statistics_writers: true,
}

/** Every table by its name: one that is added to the schema must be added here. */
export const tables: readonly string[] = Object.keys(all)
