import type { Instant, SigningKeyRow } from '../store/schema.js'

/**
 * What a key is for: it waits until it signs, signs, verifies what it has signed, is past that, or
 * has been retired, when its tokens are refused whatever their time.
 */
export type KeyState = 'pending' | 'signing' | 'verifying' | 'over' | 'retired'

export interface JudgedKey {
  row: SigningKeyRow
  state: KeyState
  /** When the last token that it has signed is over; undefined while no other key follows it. */
  verifiesUntil: Instant | undefined
}

/** What a ring of keys is at one time. */
export interface KeyRing {
  /** In the order in which they sign. */
  keys: readonly JudgedKey[]
  /** Undefined where there is none that may sign. */
  signing: JudgedKey | undefined
  /** The next to sign, where there is one already. */
  pending: JudgedKey | undefined
  /** The times between which all this holds. */
  from: number
  until: number
}

/**
 * All keys are one sequence, whatever their algorithm, so that processes which are set to different
 * ones agree: the last one that has begun signs, those before it verify until their tokens are over.
 *
 * @param tokenLife milliseconds that the longest-lived access token is good for, leeway included
 * @param followsSecret whether a shared secret signs until the first of them begins
 */
export function judgeKeys(
  rows: readonly SigningKeyRow[],
  now: Instant,
  tokenLife: number,
  followsSecret = false,
): KeyRing {
  const sequence = rows.toSorted(bySequence)
  const able = sequence.filter((row) => row.retired_at === null)
  // Where a clock went back before all of them, the first goes on, or what was there before it.
  const [first] = followsSecret ? [] : able
  const signing = able.findLast((row) => row.signs_from <= now) ?? first
  const keys = sequence.map((row, at) => {
    const successor = sequence.slice(at + 1).find(hasTakenOver)
    const end = successor && ((successor.signs_from + tokenLife) as Instant)
    return { row, state: stateOf(row, signing, end, now), verifiesUntil: end }
  })
  const turns = keys.flatMap(({ row, verifiesUntil }) =>
    verifiesUntil === undefined ? [row.signs_from] : [row.signs_from, verifiesUntil],
  )
  return {
    keys,
    signing: keys.find(({ state }) => state === 'signing'),
    pending: keys.find(({ state }) => state === 'pending'),
    from: Math.max(Number.NEGATIVE_INFINITY, ...turns.filter((turn) => turn <= now)),
    until: Math.min(Number.POSITIVE_INFINITY, ...turns.filter((turn) => turn > now)),
  }
}

/** Whether tokens of this key are taken, so that others must be able to see it. */
export function isPublished({ state }: JudgedKey): boolean {
  return state === 'pending' || state === 'signing' || state === 'verifying'
}

/**
 * Whether nothing can need this key again. Only a token's life after it was over: a clock that jumps
 * a day ahead, and back, must not take keys away whose tokens are good (checklist M08).
 */
export function isForgettable(
  { row, state, verifiesUntil }: JudgedKey,
  now: Instant,
  tokenLife: number,
): boolean {
  const end = row.retired_at === null ? verifiesUntil : ((row.retired_at + tokenLife) as Instant)
  const isDone = state === 'over' || state === 'retired'
  return isDone && end !== undefined && end + tokenLife <= now
}

function bySequence(one: SigningKeyRow, other: SigningKeyRow): number {
  return (
    one.signs_from - other.signs_from ||
    one.generation - other.generation ||
    (one.kid < other.kid ? -1 : 1)
  )
}

/** A key that was retired while it was waiting never took anything over. */
function hasTakenOver(row: SigningKeyRow): boolean {
  return row.retired_at === null || row.retired_at > row.signs_from
}

function stateOf(
  row: SigningKeyRow,
  signing: SigningKeyRow | undefined,
  end: Instant | undefined,
  now: Instant,
): KeyState {
  if (row.retired_at !== null) return 'retired'
  if (row === signing) return 'signing'
  if (signing === undefined || bySequence(row, signing) > 0) return 'pending'
  return end !== undefined && end <= now ? 'over' : 'verifying'
}
