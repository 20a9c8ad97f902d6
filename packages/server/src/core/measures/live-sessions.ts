import type { SampledSession } from '../../store/clean-up.js'
import { type CleanUpLimits, isForgettable } from '../clean-up.js'

/** Milliseconds. */
export type Lifetimes = Pick<CleanUpLimits, 'idle' | 'session'>

/**
 * How many sessions could be refreshed still: counted where these are all there are, and estimated where they are only
 * those of the users whose ids come first. Ids are random and spread evenly, so the last of them says which part
 * of all users these are. With a thousand users it is right to about three in a hundred; less so where a few have
 * most of the sessions.
 *
 * @param sample by the users' ids, in hex
 * @param limit how many there are at most
 */
export function liveSessions(
  sample: readonly SampledSession[],
  limit: number,
  now: number,
  lifetimes: Lifetimes,
): number {
  const isLive = (session: SampledSession) =>
    session.ended_at === null && !isForgettable(session, now, { ...lifetimes, memory: 0 })
  const last = sample.at(-1)?.user_id
  if (last === undefined || sample.length < limit) return sample.filter(isLive).length
  // The last may have more of them than were read.
  const whole = sample.filter(({ user_id }) => user_id !== last)
  if (whole.length === 0) return sample.filter(isLive).length
  return Math.round(whole.filter(isLive).length / shareBefore(last))
}

/** Of all ids. */
function shareBefore(id: string): number {
  const digits = id.slice(0, 12)
  return Number.parseInt(digits, 16) / 16 ** digits.length
}
