import { Refusal } from '../../errors.js'
import type { Identity } from '../identity.js'
import type { BreachedPasswords } from './breached-passwords.js'
import { contextWords, type PasswordOwner } from './context-words.js'
import type { HashPool } from './hash-pool.js'
import { normalForm } from './password-text.js'
import { judgePassword, type PasswordJudgement } from './policy.js'
import { mostLookedAt, type Strength } from './strength.js'

interface Dependencies {
  identity: Identity
  minLength: number
  /** Absent where there is no file of them. */
  breached: BreachedPasswords | undefined
  /** One thread, apart from those that sign-ins need. */
  estimates: HashPool
}

/** What a form for a new password shows. */
export interface PasswordRating extends Strength {
  readonly acceptable: boolean
  /** Why it is not. */
  readonly reason: string | null
}

/** What passwords may be chosen, and what is said of those that may not. */
export class PasswordPolicy {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @throws Refusal `password_unusable`, with what to do better; `storage_unavailable` */
  async check(password: string, owner: PasswordOwner): Promise<void> {
    const verdict = await this.#judge(password, owner)
    if (verdict.ok) return
    // Who guesses at passwords must not be able to keep others from hearing that theirs is no good.
    const strength = await this.#estimate(password, owner).catch(orOverloaded)
    throw new Refusal('password_unusable', {
      message: verdict.reason,
      fields: ['password'],
      suggestions: suggestionsOf(verdict, strength),
    })
  }

  /** @throws Refusal `overloaded`, `storage_unavailable` */
  async rate(password: string, owner: PasswordOwner): Promise<PasswordRating> {
    const verdict = await this.#judge(password, owner)
    const strength = await this.#estimate(password, owner)
    return {
      score: strength.score,
      acceptable: verdict.ok,
      reason: verdict.ok ? null : verdict.reason,
      suggestions: suggestionsOf(verdict, strength),
    }
  }

  #judge(password: string, owner: PasswordOwner): Promise<PasswordJudgement> {
    const { identity, minLength, breached } = this.#deps
    return judgePassword(password, { ...owner, minLength, issuer: identity.issuer, breached })
  }

  async #estimate(password: string, owner: PasswordOwner): Promise<Strength> {
    const words = contextWords(owner, this.#deps.identity.issuer)
    // No more goes to the thread than it looks at.
    const looked = [...normalForm(password.slice(0, 4 * mostLookedAt))].slice(0, mostLookedAt)
    const answer = await this.#deps.estimates.run({
      do: 'estimate',
      password: looked.join(''),
      words,
    })
    if (typeof answer !== 'object') throw new TypeError('The worker made no estimate')
    return answer
  }
}

function suggestionsOf(verdict: PasswordJudgement, strength: Strength | undefined): string[] {
  const advice = verdict.ok ? [] : [verdict.advice]
  return [...new Set([...advice, ...(strength?.suggestions ?? [])])]
}

function orOverloaded(error: unknown): undefined {
  if (error instanceof Refusal && error.code === 'overloaded') return undefined
  throw error
}
