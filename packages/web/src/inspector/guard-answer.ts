import { createGuard, Refusal, type TokenStatus } from '@latchkey/guard'
import { findKey, type Means } from './keys.js'
import type { Outcome } from './outcome.js'
import type { SignedToken } from './read-token.js'
import { formFor, type Terms, type TokenForm } from './terms.js'

interface Asked extends Means {
  readonly terms: Terms
  readonly form: TokenForm
  readonly outcome: Outcome | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

export type GuardAnswer = 'accepted' | 'refused' | 'unknown'

/** What a guard says, as it protects an API: with the keys and the status that were found. */
export async function guardAnswer(token: SignedToken, by: Asked): Promise<GuardAnswer> {
  const { terms, form, outcome, now } = by
  const status = (): TokenStatus => {
    if (outcome?.is === 'bad') return 'revoked'
    return outcome?.is === 'good' ? 'valid' : 'unknown'
  }
  const guard = createGuard({
    keys(kid, algorithm) {
      if (formFor(algorithm, terms) === null) return undefined
      const found = findKey(kid, algorithm, by)
      return 'key' in found ? found.key : undefined
    },
    issuer: terms.issuer,
    audience: form.audience,
    typ: form.type,
    status,
    now: () => now,
    cacheSize: 0,
  })
  try {
    await guard.verify(token.text)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.code === 'temporarily_unavailable' ? 'unknown' : 'refused'
  }
}
