import type { Origin } from './audit.js'
import type { Passwords, PasswordVerdict } from './passwords/passwords.js'
import { type Turn, turnOf } from './passwords/turn.js'
import type { Counted, Throttle } from './throttle.js'

interface Dependencies {
  passwords: Passwords
  throttle: Throttle
}

export interface TypedPassword {
  /** Whose it is said to be: as it was typed. */
  name: string
  password: string
  origin: Origin
}

/** What is stored under the name. */
interface Stored {
  hash: string | null | undefined
  /** Stands in for a hash that is not there. */
  decoy?: string | undefined
}

export interface CheckedPassword<Found extends Stored> {
  found: Found
  verdict: PasswordVerdict
  /** Stays counted unless it is taken back. */
  counted: Counted
}

/** The one place where a password that somebody has typed is checked: it is counted first (checklist H02, H03). */
export class PasswordCheck {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @throws Refusal `too_many_attempts`, `overloaded` */
  run<Found extends Stored>(
    typed: TypedPassword,
    find: () => Promise<Found>,
  ): Promise<CheckedPassword<Found>> {
    const turn = turnOf(typed.origin, typed.name)
    // Where there is no time for the hash, neither is anything counted.
    return this.#deps.passwords.admit(turn, () => this.#run(typed, turn, find))
  }

  /** Whether it is the password, where nothing else decides. @throws Refusal as `run` does */
  async isRight(typed: TypedPassword, find: () => Promise<Stored>): Promise<boolean> {
    const { verdict, counted } = await this.run(typed, find)
    if (verdict.matches) await this.#deps.throttle.refund(counted)
    return verdict.matches
  }

  async #run<Found extends Stored>(
    { name, password, origin }: TypedPassword,
    turn: Turn,
    find: () => Promise<Found>,
  ): Promise<CheckedPassword<Found>> {
    const { throttle, passwords } = this.#deps
    const attempt = { target: { name }, address: origin.address }
    const { counted, result: found } = await throttle.countWhile(attempt, find)
    try {
      const verdict = await passwords.verify(found.hash, password, found.decoy, turn)
      return { found, verdict, counted }
    } catch (error) {
      await throttle.refund(counted)
      throw error
    }
  }
}
