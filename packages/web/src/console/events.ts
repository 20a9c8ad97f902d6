import { filled, type Values } from '../texts/texts.js'
import { say } from './say.js'

/** An entry of the audit log, as admins are shown it. */
export interface AuditEntry {
  readonly id: string
  readonly at: string
  readonly event: string
  readonly user_id: string | null
  readonly session_id: string | null
  readonly client_id: string | null
  /** Who did it: `user:ID`, `client:ID`, `cli`, `system`, `anonymous`. */
  readonly actor: string
  readonly address: string | null
  readonly request_id: string | null
  /** Names and reasons, by the event; whatever somebody has made of it, where the entry was broken. */
  readonly detail: unknown
  /** The number of the seal that binds it; null for some seconds. */
  readonly seal: number | null
}

/** What an entry tells, as a sentence in the reader's language; the event's name, where that is none we know. */
export function sentenceOf({ event, detail }: Pick<AuditEntry, 'event' | 'detail'>): string {
  if (!isOf(auditEvents, event)) return event
  const values = valuesOf(detail)
  return filled(say(variants[event]?.(values) ?? `event_${event}`), { ...unknown, ...values })
}

/** Of a sign-in that failed; undefined where the entry does not say. */
export function reasonOf(detail: unknown): string | undefined {
  return valuesOf(detail).reason?.toString()
}

/** All that a log can have. */
export const auditEvents = [
  ...(['sign_in', 'sign_in_failed', 'password_refused', 'attempts_slowed'] as const),
  ...(['user_created', 'users_imported', 'users_exported', 'user_disabled'] as const),
  ...(['user_enabled', 'user_unlocked', 'user_scopes_changed'] as const),
  ...(['user_metadata_changed', 'user_deleted'] as const),
  ...(['address_registered_again', 'invitation_created', 'invitation_revoked'] as const),
  ...(['password_changed', 'password_reset_requested', 'email_verification_requested'] as const),
  ...(['email_change_requested', 'email_verified', 'email_changed'] as const),
  ...(['key_created', 'key_rotated', 'key_retired', 'key_forgotten', 'keys_rewrapped'] as const),
  ...(['refresh_repeated', 'refresh_reused', 'refresh_rolled_back'] as const),
  ...(['session_ended', 'token_ended', 'client_token'] as const),
  ...(['client_created', 'client_changed', 'client_disabled', 'client_enabled'] as const),
  ...(['client_deleted', 'client_secret_added', 'settings_changed'] as const),
] as const
export type AuditEvent = (typeof auditEvents)[number]

/** Of `sign_in_failed`. */
export const reasons = [
  ...(['unknown_user', 'wrong_password', 'user_disabled', 'no_password'] as const),
  ...(['hash_unreadable', 'bcrypt_too_long', 'scope_not_allowed'] as const),
] as const

/** Of `session_ended`. */
export const endings = [
  ...(['signed_out', 'ended_by_admin', 'password_changed', 'user_disabled'] as const),
  ...(['user_deleted', 'refresh_reused', 'rolled_back'] as const),
] as const

/** Of `attempts_slowed`. */
export const limits = [
  ...(['name', 'device', 'client', 'network', 'overall'] as const),
  ...(['network_solved', 'overall_solved', 'mails'] as const),
] as const

/** Of `user_created`. */
export const ways = ['registration', 'invitation', 'first_admin'] as const

/** By what else an entry says; undefined where the event's own sentence says it. */
const variants: Partial<Record<AuditEvent, (values: Values) => VariantText | undefined>> = {
  sign_in_failed: ({ reason }) =>
    isOf(reasons, reason) ? `event_sign_in_failed_${reason}` : undefined,
  attempts_slowed: ({ by }) => (isOf(limits, by) ? `event_attempts_slowed_${by}` : undefined),
  user_created: ({ by }) => (isOf(ways, by) ? `event_user_created_${by}` : undefined),
  users_exported: ({ password_hashes: hashes }) =>
    hashes === 'true' ? 'event_users_exported_hashes' : undefined,
  user_scopes_changed: ({ scopes }) =>
    scopes === '' ? 'event_user_scopes_changed_none' : undefined,
  key_rotated: ({ at_once: atOnce }) =>
    atOnce === 'true' ? 'event_key_rotated_at_once' : undefined,
  session_ended: ({ all, why }) => {
    if (all === 'true') return 'event_session_ended_all'
    return isOf(endings, why) ? `event_session_ended_${why}` : undefined
  },
}

type VariantText = Extract<Parameters<typeof say>[0], `event_${AuditEvent}_${string}`>

/** In place of what an entry should say and does not. */
const unknown: Values = Object.fromEntries(
  ['algorithm', 'changed', 'file', 'keys', 'kid', 'reason', 'scope', 'scopes', 'users'].map(
    (name) => [name, '?'],
  ),
)

function valuesOf(detail: unknown): Values {
  if (typeof detail !== 'object' || detail === null) return {}
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [name, isolated(String(value))]),
  )
}

/** In a sentence that nothing in it can turn around, such as the name of a file (Unicode's isolates, UAX 9). */
function isolated(value: string): string {
  const plain = value.replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
  return /^[\w .:/-]*$/.test(plain) ? plain : `\u2068${plain}\u2069`
}

function isOf<Item extends string>(all: readonly Item[], value: unknown): value is Item {
  return all.some((one) => one === value)
}
