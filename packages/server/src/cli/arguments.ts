import { InvalidArgumentError } from 'commander'
import { duration } from '../settings/values.js'
import type { Instant } from '../store/schema.js'

/** Readers of options; what they can't read is wrong usage. */

export function positive(value: string): number {
  const number = /^\d{1,4}$/.test(value) ? Number(value) : 0
  if (number > 0 && number <= 1000) return number
  throw new InvalidArgumentError('It should be a whole number from 1 to 1000.')
}

export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    throw new InvalidArgumentError('It should be JSON.')
  }
}

/** For options that may be given again and again. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}

/** Milliseconds since 1970, or how many ago. */
export type PointInTime = Instant | { ago: number }

export function pointInTime(value: string): PointInTime {
  const length = duration('0s', '3650d').parse(value)
  if (typeof length === 'number') return { ago: length * 1000 }
  const time = dateTime.test(value) ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(time)) return time as Instant
  throw new InvalidArgumentError('It should be 12h or 7d, or a time such as 2026-01-31T12:00:00Z.')
}

/** RFC 3339 section 5.6; or a date, which begins in UTC. */
const dateTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/
