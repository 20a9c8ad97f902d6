/** What is kept of the past: a table of what each figure is read from. */

import { type LimitKind, limitKinds } from '../attempt-limits.js'
import type { AuditEvent } from '../audit.js'
import type { HashMeasures } from '../passwords/hash-measures.js'
import { type Observed, seconds } from './instruments.js'
import { type Measures, requestBounds, type SignInFailure, signInFailures } from './measures.js'

/** What a process counts since its start. */
export interface Counted {
  measures: Measures
  passwords: HashMeasures
}

type Count = (counted: Counted) => number

/** What goes up. The sign-ins are parts of a whole: each is counted in one of them. */
export const counts = {
  sign_ins: {
    succeeded: requests('password', 'granted'),
    ...Object.fromEntries(signInFailures.map((reason) => [reason, failed(reason)])),
    throttled: requests('password', 'too_many_attempts'),
    overloaded: requests('password', 'overloaded'),
    other: otherRequests('password', [
      'granted',
      'wrong_credentials',
      'too_many_attempts',
      'overloaded',
    ]),
  },
  refreshes: {
    succeeded: requests('refresh_token', 'granted'),
    refused: otherRequests('refresh_token', ['granted']),
    repeated: event('refresh_repeated'),
    reused: event('refresh_reused'),
  },
  throttled: Object.fromEntries(limitKinds.map((kind) => [kind, throttled(kind)])),
  sessions: {
    // Those that are cleared away had ended days before.
    ended: ({ measures: { sessionsEnded } }) =>
      sessionsEnded.sum() - sessionsEnded.sum({ reason: 'expired' }),
  },
  passwords: { upgraded: ({ measures }) => measures.hashesReplaced.sum() },
  users: { created: event('user_created') },
  mails: {
    sent: ({ measures }) => measures.mails.sum({ state: 'sent' }),
    failed: ({ measures }) => measures.mails.sum({ state: 'failed' }),
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Count>>>>

/** How long something took: seconds up to which it is told apart, and what was observed. */
export const durations: Readonly<Record<DurationName, Duration>> = {
  requests: { bounds: requestBounds, of: ({ measures }) => measures.requests.sum() },
  token_requests: {
    bounds: requestBounds,
    of: ({ measures }) =>
      measures.requests.sum(
        ({ method, route = '' }) => method === 'POST' && /\/token$/.test(route),
      ),
  },
  password_waits: { bounds: seconds, of: ({ passwords }) => passwords.waits.sum() },
}

export type DurationName = 'requests' | 'token_requests' | 'password_waits'

interface Duration {
  readonly bounds: readonly number[]
  of(counted: Counted): Observed
}

/** What goes up and down: the most there was of it at once. */
export const peaks = {
  sessions: ['active'],
  passwords: ['waiting'],
  mails: ['waiting'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** All figures so far, by name. */
export function figuresOf(counted: Counted): Map<string, number> {
  const figures = new Map<string, number>()
  for (const [group, series] of Object.entries<Readonly<Record<string, Count>>>(counts)) {
    for (const [name, count] of Object.entries(series)) {
      figures.set(figureName(group, name), count(counted))
    }
  }
  for (const [name, { bounds, of }] of Object.entries(durations)) {
    const { each, count } = of(counted)
    for (const [at, bound] of bounds.entries()) figures.set(upTo(name, bound), each[at] ?? 0)
    figures.set(ofAll(name), count)
  }
  return figures
}

export function figureName(group: string, name: string): string {
  return `${group}.${name}`
}

/** The figure of what took so long at most, and longer than the bound before. */
export function upTo(name: string, bound: number): string {
  return figureName(name, `up_to_${bound}`)
}

/** The figure of all that took as long as it did. */
export function ofAll(name: string): string {
  return figureName(name, 'count')
}

/** What a token request can come to. */
type Outcome = Parameters<Measures['tokenRequests']['add']>[0]['outcome']

function event(name: AuditEvent): Count {
  return ({ measures }) => measures.events.sum({ event: name })
}

function failed(reason: SignInFailure): Count {
  return ({ measures }) => measures.signInsFailed.sum({ reason })
}

function throttled(limit: LimitKind): Count {
  return ({ measures }) => measures.refusedAttempts.sum({ limit })
}

function requests(grant: string, outcome: Outcome): Count {
  return ({ measures }) => measures.tokenRequests.sum({ grant, outcome })
}

/** All that came to something else. */
function otherRequests(grant: string, outcomes: readonly Outcome[]): Count {
  return ({ measures: { tokenRequests } }) =>
    outcomes.reduce(
      (left, outcome) => left - tokenRequests.sum({ grant, outcome }),
      tokenRequests.sum({ grant }),
    )
}
