import type { Measures } from '../core/measures/measures.js'
import { Refusal } from '../errors.js'

/** Counts what comes of a token request. @param work says of which grant it is, once that is known */
export async function measureTokenRequest<Answer>(
  { tokenRequests }: Measures,
  work: (isOf: (grantType: string) => void) => Promise<Answer>,
): Promise<Answer> {
  // What was sent may be anything: only grants that are there have names of their own.
  let grant = 'none'
  try {
    const answer = await work((grantType) => {
      grant = grantType
    })
    tokenRequests.add({ grant, outcome: 'granted' })
    return answer
  } catch (error) {
    tokenRequests.add({ grant, outcome: error instanceof Refusal ? error.code : 'failed' })
    throw error
  }
}
