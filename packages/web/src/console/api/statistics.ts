import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask.js'

export const spans = ['hour', 'day', 'month'] as const
export type Span = (typeof spans)[number]

type Numbers = readonly number[]
/** Null where nobody knows. */
type Gaps = readonly (number | null)[]

interface Duration {
  readonly count: Numbers
  /** Seconds. */
  readonly p50: Gaps
  readonly p99: Gaps
}

/** What has happened, in steps of so many seconds. */
export interface Statistics {
  readonly span: Span
  readonly step: number
  readonly from: string
  readonly now: { readonly active_sessions: number | null; readonly mails_waiting: number | null }
  readonly counts: {
    readonly sign_ins: Readonly<Record<SignInOutcome, Numbers>>
    readonly refreshes: Readonly<Record<'succeeded' | 'refused' | 'repeated' | 'reused', Numbers>>
    /** By the limit that was full. */
    readonly throttled: Readonly<Record<string, Numbers>>
    readonly passwords: { readonly upgraded: Numbers }
  }
  readonly peaks: {
    readonly sessions: { readonly active: Gaps }
    readonly passwords: { readonly waiting: Gaps }
  }
  readonly durations: { readonly token_requests: Duration; readonly password_waits: Duration }
}

export type SignInOutcome =
  | 'succeeded'
  | 'wrong_password'
  | 'unknown_user'
  | 'bcrypt_too_long'
  | 'user_disabled'
  | 'no_password'
  | 'hash_unreadable'
  | 'throttled'
  | 'overloaded'
  | 'other'

/** Anew as often as servers write, while somebody can see it. */
export function useStatistics(span: Span): UseQueryResult<Statistics> {
  return useQuery({
    queryKey: ['admin/statistics', span],
    queryFn: async ({ signal }): Promise<Statistics> =>
      (await ask('GET', `admin/statistics?span=${span}`, { signal })).json(),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  })
}
