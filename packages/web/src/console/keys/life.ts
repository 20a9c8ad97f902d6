import type { KeyRecord } from '../api/keys.js'

/** A part of a key's life, in milliseconds since 1970. */
export interface Stretch {
  readonly what: 'published' | 'signs' | 'verifies'
  readonly from: number
  /** Undefined while nothing says when it ends. */
  readonly to: number | undefined
}

/** @param keys in the order in which they sign */
export function lifeOf(key: KeyRecord, keys: readonly KeyRecord[]): Stretch[] {
  const successor = keys.slice(keys.indexOf(key) + 1).find(hasTakenOver)
  const signsUntil = successor && Date.parse(successor.signs_from)
  const begins = Date.parse(key.signs_from)
  const stretches: Stretch[] = [
    { what: 'published', from: Date.parse(key.created_at), to: begins },
    { what: 'signs', from: begins, to: signsUntil },
  ]
  const verifiesUntil = timeOf(key.verifies_until)
  if (signsUntil !== undefined && verifiesUntil !== undefined) {
    stretches.push({ what: 'verifies', from: signsUntil, to: verifiesUntil })
  }
  const end = timeOf(key.retired_at) ?? Number.POSITIVE_INFINITY
  return stretches.flatMap(({ what, from, to }) => {
    const cut = Math.min(to ?? Number.POSITIVE_INFINITY, end)
    return cut > from ? [{ what, from, to: Number.isFinite(cut) ? cut : undefined }] : []
  })
}

/** One that was retired while it waited never took anything over. */
function hasTakenOver({ retired_at: retiredAt, signs_from: signsFrom }: KeyRecord): boolean {
  return retiredAt === null || retiredAt > signsFrom
}

export interface Change {
  readonly key: KeyRecord
  readonly what: 'signs' | 'over'
  readonly at: number
}

/** What happens next by itself, where anything does. */
export function nextChange(keys: readonly KeyRecord[], now: number): Change | undefined {
  const changes = keys
    .filter(({ retired_at: retiredAt }) => retiredAt === null)
    .flatMap((key): Change[] => [
      { key, what: 'signs', at: Date.parse(key.signs_from) },
      { key, what: 'over', at: timeOf(key.verifies_until) ?? Number.POSITIVE_INFINITY },
    ])
    .filter(({ at }) => at > now && Number.isFinite(at))
  return changes.toSorted((one, other) => one.at - other.at)[0]
}

/** What a time line of them shows: all that is known, and now. */
export function spanOf(lives: readonly (readonly Stretch[])[], now: number) {
  const times = lives.flat().flatMap(({ from, to }) => (to === undefined ? [from] : [from, to]))
  const from = Math.min(now, ...times)
  const to = Math.max(now, ...times)
  const margin = Math.max((to - from) / 10, 60_000)
  return { from, to: to + margin }
}

function timeOf(time: string | null): number | undefined {
  return time === null ? undefined : Date.parse(time)
}
