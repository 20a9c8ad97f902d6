import type { RefreshClaim } from './refresh-tokens.js'

/** What of a session decides; times in milliseconds, by the database's clock. */
export interface RefreshableSession {
  client_id: string
  epoch: number
  counter: number
  created_at: number
  last_used_at: number
  rotated_at: number | null
  ended_at: number | null
  /** The password's time that the session was opened with, and the one that holds now. */
  password_at: number | null
  password_changed_at: number | null
  user_disabled: 0 | 1
}

/** Milliseconds. */
export interface RefreshLimits {
  grace: number
  idle: number
  absolute: number
}

export type RefreshVerdict =
  /** The current token: take the next step. */
  | 'rotate'
  /** The one before it, again and in time: its answer was lost, so the same successor is due. */
  | 'repeat'
  /** An older one, or the one before too late: whoever has it is not alone. */
  | 'theft'
  /** A step that this database never took: it was restored from a backup. */
  | 'rolled_back'
  /** Another client's, who must not learn of it or harm it (RFC 6749 section 10.4). */
  | 'foreign'
  /** Past its time, ended, or of a user who may not go on. */
  | 'over'

/** Decides what a refresh token is worth; pure, so that a table of cases can prove it. */
export function judgeRefresh(
  session: RefreshableSession,
  claim: RefreshClaim,
  clientId: string,
  now: number,
  limits: RefreshLimits,
): RefreshVerdict {
  if (session.client_id !== clientId) return 'foreign'
  if (isOver(session, now, limits)) return 'over'
  if (claim.epoch !== session.epoch || claim.counter > session.counter) return 'rolled_back'
  if (claim.counter === session.counter) return 'rotate'
  const isPredecessor = claim.counter === session.counter - 1
  const sinceRotation = now - (session.rotated_at ?? Number.NEGATIVE_INFINITY)
  const inTime = sinceRotation >= -crossing && sinceRotation <= limits.grace
  return isPredecessor && inTime ? 'repeat' : 'theft'
}

/**
 * Milliseconds. Who looks at a session reads the clock first and the row then, and another process
 * may take the step in between; an age below zero by more than that means that the clock was set
 * back, which is no time within the grace (checklist M08).
 */
const crossing = 1_000

/** Rotation moves the idle time on, and never the absolute one (checklist E08). */
function isOver(session: RefreshableSession, now: number, limits: RefreshLimits): boolean {
  return (
    session.ended_at !== null ||
    session.user_disabled === 1 ||
    session.password_changed_at !== session.password_at ||
    now - session.last_used_at > limits.idle ||
    now - session.created_at > limits.absolute
  )
}
