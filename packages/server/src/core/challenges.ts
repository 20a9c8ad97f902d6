import type { KeyObject } from 'node:crypto'
import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import { type AltchaChallenge, isOurs, isSolved, makeAltcha, readAltcha } from './altcha.js'
import type { Clock } from './clock.js'
import type { Measures } from './measures/measures.js'
import { fold } from './names.js'
import type { RefreshKeys } from './refresh-keys.js'
import { Semaphore } from './semaphore.js'

interface Dependencies {
  store: Store
  /** Loaded by the time of the first sign-in. */
  refreshKeys: RefreshKeys
  measures: Measures
  clock: Clock
  /** Iterations of PBKDF2 that a solution takes on average. */
  work: number
}

/** Who asks to be let through. */
export interface Challenged {
  /** As it was typed. */
  readonly name: string
  /** Of a challenge that was asked before. */
  readonly solution: string | undefined
}

/** It is right, and may have been used before. */
export interface Solution {
  /** @throws Refusal `too_many_attempts` where it was */
  use(): Promise<void>
}

/**
 * Work to be done, in place of a wait, by whom others have used up the limits that all share. A limit of one's own, of
 * a name or a device, it never opens. Each challenge is good for one name, once, for five minutes; nothing is
 * stored of one that is not solved.
 */
export class Challenges {
  readonly #deps: Dependencies
  readonly #line = new Semaphore({ atOnce, longest })
  #key: KeyObject | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * @param attempt what counts by other limits where it is given a solution, and uses that up
   * @throws Refusal `too_many_attempts`, with a challenge where others left no room; `overloaded`
   */
  async around<Result>(
    { name, solution }: Challenged,
    attempt: (solution: Solution | undefined) => Promise<Result>,
  ): Promise<Result> {
    const solved = solution === undefined ? undefined : await this.#read(name, solution)
    try {
      return await attempt(solved)
    } catch (error) {
      const isOfAll = error instanceof Refusal && error.isOfAll
      throw isOfAll ? this.#ask(name, error) : error
    }
  }

  #ask(name: string, { message, retryAfter = 1 }: Refusal): Refusal {
    this.#count('asked')
    const { work, clock } = this.#deps
    const challenge = makeAltcha(this.#signingKey, work, clock() + lifetime, fold(name))
    return new Refusal('too_many_attempts', { message, retryAfter, challenge })
  }

  async #read(name: string, payload: string): Promise<Solution | undefined> {
    const solution = readAltcha(payload)
    const isRight =
      solution !== undefined &&
      isOurs(this.#signingKey, solution.challenge, this.#deps.clock(), fold(name)) &&
      (await this.#line.run(() => isSolved(solution)))
    if (isRight) return { use: () => this.#use(solution.challenge) }
    this.#count('refused')
    return undefined
  }

  /** Of any number at once, in whichever process, one succeeds. */
  async #use({ parameters }: AltchaChallenge): Promise<void> {
    const key = `challenge ${parameters.nonce}`
    const isFirst = await this.#deps.store.attempts.spend(key, rememberedFor)
    this.#count(isFirst ? 'solved' : 'refused')
    if (isFirst) return
    const message = 'This solution was used before: solve the new challenge, or wait a moment'
    throw new Refusal('too_many_attempts', { message, isOfAll: true })
  }

  #count(outcome: 'asked' | 'solved' | 'refused'): void {
    this.#deps.measures.challenges.add({ outcome })
  }

  get #signingKey(): KeyObject {
    this.#key ??= this.#deps.refreshKeys.derive('latchkey challenges v1')
    return this.#key
  }
}

/** Derivations. Wrong solutions of one challenge cost nothing to send. */
const atOnce = 2
const longest = 500

/** Milliseconds: a phone of ten years ago, on a bad connection. */
const lifetime = 5 * 60_000
/** Longer than it is good for, by all clocks. */
const rememberedFor = 2 * lifetime
