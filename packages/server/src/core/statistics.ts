import type { Store } from '../store/open.js'
import type { Instant, StatisticRow } from '../store/schema.js'
import type { Clock } from './clock.js'
import { counts, durations, figureName, ofAll, peaks, upTo } from './measures/figures.js'
import { quantile } from './measures/quantile.js'
import { type Span, spans, startOf } from './measures/spans.js'
import type { LatestNumbers } from './measures/stored-numbers.js'

interface Dependencies {
  store: Store
  clock: Clock
  /** What is so now; undefined where nobody knows. */
  latest: () => LatestNumbers | undefined
}

/** What happened in each step of a span, the oldest first and the present one last. */
export interface StatisticsRecord {
  span: Span
  /** Seconds. */
  step: number
  /** When the first step began. */
  from: string
  to: string
  now: { active_sessions: number | null; mails_waiting: number | null }
  counts: Groups<number>
  /** The most there was of it at once; null where nobody has looked. */
  peaks: Groups<number | null>
  /** Seconds within which half of all was done, and 99 of 100; null where there was nothing. */
  durations: Record<string, { count: number[]; p50: (number | null)[]; p99: (number | null)[] }>
}

type Groups<Value> = Record<string, Record<string, Value[]>>

/** What all servers of a database have counted. */
export class Statistics {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  async of(span: Span): Promise<StatisticsRecord> {
    const { store, clock, latest } = this.#deps
    const { step, points } = spans[span]
    const now = clock()
    const from = startOf(now, step) - (points - 1) * step
    const rows = await store.statistics.since(step, from as Instant)
    const read = series(rows, { step, points, from })
    const { activeSessions = null, mailsWaiting = null } = latest() ?? {}
    return {
      span,
      step: step / 1000,
      from: new Date(from).toISOString(),
      to: new Date(now).toISOString(),
      now: { active_sessions: activeSessions, mails_waiting: mailsWaiting },
      counts: grouped(namesOfCounts, (figure) => read(figure).map(orNone)),
      peaks: grouped(peaks, (figure) => read(figure).map(orNull)),
      durations: Object.fromEntries(
        Object.entries(durations).map(([name, { bounds }]) => [
          name,
          distributions(name, bounds, read),
        ]),
      ),
    }
  }
}

/** The names of what is counted, by their groups. */
export const namesOfCounts: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(counts).map(([group, names]) => [group, Object.keys(names)]),
)

interface Axis {
  step: number
  points: number
  from: number
}

type Read = (figure: string) => readonly (number | undefined)[]

/** The numbers of a figure, one for each step. What is not asked for is a newer release's. */
function series(rows: readonly Omit<StatisticRow, 'step'>[], { step, points, from }: Axis): Read {
  const none = Array.from<undefined>({ length: points })
  const found = new Map<string, (number | undefined)[]>()
  for (const { start, figure, value } of rows) {
    const at = (start - from) / step
    // Another node's clock may be a moment ahead.
    if (at >= points) continue
    const numbers = found.get(figure) ?? [...none]
    numbers[at] = value
    found.set(figure, numbers)
  }
  return (figure) => found.get(figure) ?? none
}

function grouped<Value>(
  groups: Readonly<Record<string, readonly string[]>>,
  of: (figure: string) => Value[],
): Groups<Value> {
  return Object.fromEntries(
    Object.entries(groups).map(([group, names]) => [
      group,
      Object.fromEntries(names.map((name) => [name, of(figureName(group, name))])),
    ]),
  )
}

function distributions(name: string, bounds: readonly number[], read: Read) {
  const count = read(ofAll(name)).map(orNone)
  const within = bounds.map((bound) => read(upTo(name, bound)))
  const each = (at: number) => within.map((numbers) => numbers[at] ?? 0)
  const all = count.map((count, at) => ({ bounds, each: each(at), count }))
  return {
    count,
    p50: all.map((one) => orNull(quantile(one, 0.5))),
    p99: all.map((one) => orNull(quantile(one, 0.99))),
  }
}

function orNone(value: number | undefined): number {
  return value ?? 0
}

function orNull(value: number | undefined): number | null {
  return value ?? null
}
