import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type Issuer, readIssuer, readStatusList } from '../../api/issuer.js'
import { placeOf } from '../../inspector/claims.js'
import { type Circumstances, type Judgement, judge, judgeEncrypted } from '../../inspector/judge.js'
import type { ReadToken } from '../../inspector/read-token.js'
import { statusIn } from '../../inspector/status-list.js'
import { type Place, type Terms, termsOf } from '../../inspector/terms.js'
import { pageSettings } from '../../page-settings.js'

/** A token that has parts to look into. */
export type Jwt = Extract<ReadToken, { kind: 'signed' | 'encrypted' }>

/** What is known of a token at this moment. */
export interface Inspection {
  readonly judgement: Judgement
  /** Milliseconds since 1970, by the server's clock. */
  readonly now: number
  /** When its status list was read, in milliseconds since 1970 by the same clock. */
  readonly listReadAt: number | undefined
  /** Whether this device's clock is so wrong that it matters. */
  readonly isClockWrong: boolean
}

/** Judges a token, again and again: time passes, keys change, sessions end. `undefined` until it is done. */
export function useInspection(token: Jwt, secret: string): Inspection | undefined {
  const issuer = useIssuer()
  const ahead = issuer.data?.ahead ?? 0
  const time = useClock()
  const now = time + ahead
  const isRecent = time - issuer.dataUpdatedAt < keysHoldFor
  const terms = isRecent ? issuer.data?.terms : undefined
  const list = useStatus(terms && placeIn(token, terms))
  const isListGood = list.data !== undefined && list.data.expiresAt * 1000 > now
  const judgement = useJudgement(token, {
    terms,
    secret,
    now,
    status: isListGood ? list.data.status : undefined,
  })
  // Before the first answers there is nothing to say yet, not even what is not known.
  if (judgement === undefined || issuer.isPending || list.isLoading) return undefined
  return {
    judgement,
    now,
    listReadAt: isListGood ? list.dataUpdatedAt + ahead : undefined,
    isClockWrong: Math.abs(ahead) > 30_000,
  }
}

function useIssuer() {
  // As often as guards do.
  return useQuery({
    ...polled,
    queryKey: ['issuer'],
    queryFn: readIssuer,
    select: heard,
    refetchInterval: ({ state }) => (state.status === 'success' ? 30_000 : 5000),
  })
}

/** Milliseconds for which a guard goes on with the keys that it has. */
const keysHoldFor = 5 * 60_000

const polled = { networkMode: 'always', retry: false } as const

function heard({ name, keys, ahead }: Issuer) {
  return { ahead, terms: termsOf(pageSettings.tokens, name, keys) }
}

function placeIn(token: Jwt, terms: Terms): Place | undefined {
  if (token.kind === 'encrypted' || token.claims === undefined) return undefined
  const place = placeOf(token.claims, terms)
  return 'code' in place ? undefined : place
}

function useStatus(place: Place | undefined) {
  const { list, index } = place ?? { list: 0, index: 0 }
  return useQuery({
    ...polled,
    queryKey: ['status', list, index],
    queryFn: async () => statusIn(await readStatusList(list), index),
    enabled: place !== undefined,
    refetchInterval: ({ state }) => Math.min((state.data?.ttl ?? 5) * 400, 2000),
  })
}

/** Milliseconds since 1970, each second anew. */
function useClock(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}

function useJudgement(token: Jwt, by: Circumstances): Judgement | undefined {
  const { terms, secret, now, status } = by
  const [judged, setJudged] = useState<{ token: Jwt; judgement: Judgement }>()
  useEffect(() => {
    let isOver = false
    const take = (judgement: Judgement) => {
      if (!isOver) setJudged({ token, judgement })
    }
    if (token.kind === 'encrypted') take(judgeEncrypted(token, terms))
    else void judge(token, { terms, secret, now, status }).then(take)
    return () => {
      isOver = true
    }
  }, [token, terms, secret, now, status])
  return judged?.token === token ? judged.judgement : undefined
}
