/** Which graphs there are, and what of the statistics each shows. */

import type { SignInOutcome, Statistics } from '../api/statistics.js'
import { type ConsoleText, say } from '../say.js'
import { asCount, asDuration, most, total } from './numbers.js'

export interface Series {
  readonly name: string
  readonly values: readonly (number | null)[]
}

export interface Graph {
  readonly title: string
  /** What happened is added up, one on the other; what was so is a line. */
  readonly kind: 'bars' | 'lines'
  readonly series: readonly Series[]
  /** The whole of it in a sentence. */
  readonly summary: string
  /** Whether there is nothing to draw. */
  readonly isEmpty: boolean
  readonly asText: (value: number) => string
}

export function graphsOf(statistics: Statistics): Graph[] {
  return [
    signIns(statistics),
    active(statistics),
    refreshes(statistics),
    throttled(statistics),
    waiting(statistics),
    waits(statistics),
    upgrades(statistics),
  ]
}

/** What comes of sign-ins, as far as it concerns different people: the outcomes that the server tells apart. */
export const signInGroups = [
  ['seriesSucceeded', ['succeeded']],
  ['seriesWrong', ['wrong_password', 'unknown_user', 'bcrypt_too_long']],
  ['seriesUnusable', ['user_disabled', 'no_password', 'hash_unreadable']],
  ['seriesThrottled', ['throttled']],
  ['seriesTurnedAway', ['overloaded', 'other']],
] as const satisfies readonly (readonly [ConsoleText, readonly SignInOutcome[]])[]

function signIns({ counts: { sign_ins: outcomes } }: Statistics): Graph {
  const series = signInGroups.map(([text, names]) => ({
    name: say(text),
    values: added(names.map((name) => outcomes[name])),
  }))
  const all = total(Object.values(outcomes).flat())
  const succeeded = total(outcomes.succeeded)
  const values = { succeeded: asCount(succeeded), failed: asCount(all - succeeded) }
  return bars(say('graphSignIns'), series, {
    some: say('signInsSummary', values),
    none: say('signInsNone'),
  })
}

function active({ peaks, now }: Statistics): Graph {
  const title = say('graphActive')
  const values = withNow(peaks.sessions.active, now.active_sessions)
  const isEmpty = values.every((value) => value === null)
  const summary = isEmpty
    ? say('activeNone')
    : say('activeSummary', { most: asCount(most(values)) })
  return line({ title, values, summary, isEmpty })
}

/** Peaks are written down once a minute: what is so now is one of the present step already. */
function withNow(peaks: readonly (number | null)[], now: number | null): (number | null)[] {
  const last = peaks.at(-1) ?? null
  const present = now === null || last === null ? (now ?? last) : Math.max(now, last)
  return [...peaks.slice(0, -1), present]
}

function refreshes({ counts: { refreshes } }: Statistics): Graph {
  const { succeeded, repeated, refused, reused } = refreshes
  const series = [
    { name: say('seriesRefreshed'), values: less(succeeded, repeated) },
    { name: say('seriesRepeated'), values: repeated },
    { name: say('seriesRefused'), values: less(refused, reused) },
    { name: say('seriesReused'), values: reused },
  ]
  const values = {
    succeeded: asCount(total(succeeded)),
    refused: asCount(total(refused)),
    reused: asCount(total(reused)),
  }
  return bars(say('graphRefreshes'), series, {
    some: say('refreshesSummary', values),
    none: say('refreshesNone'),
  })
}

function throttled({ counts: { throttled: limits } }: Statistics): Graph {
  const series = Object.entries(limits)
    .filter(([, values]) => total(values) > 0)
    .map(([limit, values]) => ({ name: nameOfLimit(limit), values }))
  const all = asCount(total(Object.values(limits).flat()))
  return bars(say('graphThrottled'), series, {
    some: say('throttledSummary', { all }),
    none: say('throttledNone'),
  })
}

function waiting({ peaks }: Statistics): Graph {
  const title = say('graphWaiting')
  const values = peaks.passwords.waiting
  const isEmpty = most(values) === 0
  const summary = isEmpty
    ? say('waitingNone')
    : say('waitingSummary', { most: asCount(most(values)) })
  return line({ title, values, summary, isEmpty })
}

interface Line extends Pick<Graph, 'title' | 'summary' | 'isEmpty'> {
  readonly values: Series['values']
}

/** How many there were of one thing. */
function line({ title, values, summary, isEmpty }: Line): Graph {
  const series = [{ name: title, values }]
  return { title, kind: 'lines', series, summary, isEmpty, asText: asCount }
}

function waits({
  durations: { token_requests: requests, password_waits: waits },
}: Statistics): Graph {
  const series = [
    { name: say('seriesHalf'), values: requests.p50 },
    { name: say('seriesNearlyAll'), values: requests.p99 },
    { name: say('seriesWait'), values: waits.p99 },
  ]
  // Passwords are checked without a token, too: when they are chosen.
  const isEmpty = total(requests.count) === 0
  const summary = isEmpty
    ? say('waitsNone')
    : say('waitsSummary', { most: asDuration(most(requests.p99)) })
  return { title: say('graphWaits'), kind: 'lines', series, summary, isEmpty, asText: asDuration }
}

function upgrades({ counts: { passwords } }: Statistics): Graph {
  const title = say('graphUpgrades')
  return bars(title, [{ name: title, values: passwords.upgraded }], {
    some: say('upgradesSummary', { all: asCount(total(passwords.upgraded)) }),
    none: say('upgradesNone'),
  })
}

interface Summary {
  readonly some: string
  /** What it means that there is nothing. */
  readonly none: string
}

function bars(title: string, series: readonly Series[], { some, none }: Summary): Graph {
  const isEmpty = total(series.flatMap(({ values }) => values)) === 0
  return { title, kind: 'bars', series, summary: isEmpty ? none : some, isEmpty, asText: asCount }
}

const limitTexts: Readonly<Record<string, ConsoleText>> = {
  name: 'limitName',
  device: 'limitDevice',
  client: 'limitClient',
  network: 'limitNetwork',
  overall: 'limitOverall',
  network_solved: 'limitNetworkSolved',
  overall_solved: 'limitOverallSolved',
  mails: 'limitMails',
}

/** One of a newer server by its own name. */
function nameOfLimit(limit: string): string {
  const text = Object.hasOwn(limitTexts, limit) ? limitTexts[limit] : undefined
  return text === undefined ? limit : say(text)
}

function added(all: readonly (readonly number[])[]): number[] {
  const [first = []] = all
  return first.map((_, at) => total(all.map((values) => values[at] ?? 0)))
}

/** Two numbers of one step may come from two moments. */
function less(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, at) => Math.max(0, value - (others[at] ?? 0)))
}
