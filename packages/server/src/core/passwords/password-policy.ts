import { Refusal } from '../../errors.js'
import type { Identity } from '../identity.js'
import { BreachedPasswords } from './breached-passwords.js'
import { contextWords, type PasswordOwner } from './context-words.js'
import { HashPool } from './hash-pool.js'
import { normalForm } from './password-text.js'
import { judgePassword, type PasswordJudgement } from './policy.js'
import { mostLookedAt, type Strength } from './strength.js'

interface Dependencies {
  identity: Identity
  minLength: number
  /** Where the breached ones are kept, if they are. */
  breachedPasswords: string | undefined
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
  readonly #breached: BreachedPasswords | undefined
  /** Anybody may have a password rated: sign-ins have threads of their own, and little may wait for this one. */
  readonly #estimates = new HashPool({ workers: 1, queue: 16 })

  constructor(deps: Dependencies) {
    this.#deps = deps
    const { breachedPasswords: path } = deps
    this.#breached = path === undefined ? undefined : new BreachedPasswords(path)
  }

  /** Ends the thread; what waits for it is refused. */
  close(): Promise<void> {
    return this.#estimates.close()
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
    const { identity, minLength } = this.#deps
    const context = { minLength, issuer: identity.issuer, breached: this.#breached }
    return judgePassword(password, { ...owner, ...context })
  }

  async #estimate(password: string, owner: PasswordOwner): Promise<Strength> {
    const words = contextWords(owner, this.#deps.identity.issuer)
    // No more goes to the thread than it looks at.
    const looked = [...normalForm(password.slice(0, 4 * mostLookedAt))].slice(0, mostLookedAt)
    const answer = await this.#estimates.run({
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
