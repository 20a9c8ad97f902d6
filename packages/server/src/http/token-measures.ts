import type { Measures } from '../core/measures/measures.js'
import type { Tracing } from '../core/tracing.js'
import { Refusal, type RefusalCode } from '../errors.js'

interface Dependencies {
  measures: Measures
  tracing: Tracing
}

/** Counts and traces what comes of a token request. @param work says of which grant it is, once that is known */
export function measureTokenRequest<Answer>(
  { measures, tracing }: Dependencies,
  work: (isOf: (grantType: string) => void) => Promise<Answer>,
): Promise<Answer> {
  return tracing.within('latchkey.token', async (span) => {
    // What was sent may be anything: only grants that are there have names of their own.
    let grant = 'none'
    const came = (outcome: RefusalCode | 'granted' | 'failed') => {
      measures.tokenRequests.add({ grant, outcome })
      span.set({ 'latchkey.grant': grant, 'latchkey.outcome': outcome })
    }
    try {
      const answer = await work((grantType) => {
        grant = grantType
      })
      came('granted')
      return answer
    } catch (error) {
      came(error instanceof Refusal ? error.code : 'failed')
      throw error
    }
  })
}
