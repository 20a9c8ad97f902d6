import type { AuditRow, Instant, SessionId, UserId } from '../store/schema.js'
import { randomId } from './random.js'

/** What is written down, each in the unit of writing of what it records (checklist K03, K04). */
export const auditEvents = [
  'sign_in',
  'sign_in_failed',
  'password_refused',
  'attempts_slowed',
  'user_created',
  'users_imported',
  'users_exported',
  'user_disabled',
  'user_enabled',
  'user_unlocked',
  'user_scopes_changed',
  'user_metadata_changed',
  'user_deleted',
  'address_registered_again',
  'invitation_created',
  'invitation_revoked',
  'password_changed',
  'password_reset_requested',
  'email_verification_requested',
  'email_change_requested',
  'email_verified',
  'email_changed',
  'key_created',
  'key_rotated',
  'key_retired',
  'key_forgotten',
  'keys_rewrapped',
  'refresh_repeated',
  'refresh_reused',
  'refresh_rolled_back',
  'session_ended',
  'token_ended',
  'client_token',
  'client_created',
  'client_changed',
  'client_disabled',
  'client_enabled',
  'client_deleted',
  'client_secret_added',
  'settings_changed',
] as const

export type AuditEvent = (typeof auditEvents)[number]

/** Who acts, and from where. */
export interface Origin {
  /** `cli`, `system`, `user:ID`; for a sign-in it is its own user. */
  actor: string
  address?: string
  requestId?: string
  userAgent?: string | undefined
  /** What fires when they have hung up: made when it is asked for, because most never wait long enough. */
  readonly signal?: (() => AbortSignal) | undefined
}

export const system: Origin = { actor: 'system' }

interface Subject {
  userId?: UserId | undefined
  sessionId?: SessionId
  clientId?: string
  /** Names and reasons. Never a secret, and never what an unknown person typed. */
  detail?: Readonly<Record<string, string | number | boolean>>
}

export function auditEntry(
  event: AuditEvent,
  at: Instant,
  origin: Origin,
  subject: Subject = {},
): AuditRow {
  return {
    id: randomId(),
    at,
    event,
    user_id: subject.userId ?? null,
    session_id: subject.sessionId ?? null,
    client_id: subject.clientId ?? null,
    actor: origin.actor,
    address: origin.address ?? null,
    request_id: origin.requestId ?? null,
    detail: subject.detail === undefined ? null : JSON.stringify(subject.detail),
  }
}
