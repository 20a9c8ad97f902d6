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

export interface CheckedPassword<Found> {
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

  /**
   * @param act what follows from the verdict: it takes back what was counted where the attempt has succeeded.
   *   Others with this name may wait for its end.
   * @throws Refusal `too_many_attempts`, `overloaded`
   */
  run<Found extends Stored, Result>(
    typed: TypedPassword,
    find: () => Promise<Found>,
    act: (checked: CheckedPassword<Found>) => Promise<Result>,
  ): Promise<Result> {
    const turn = turnOf(typed.origin, typed.name)
    // Where there is no time for the hash, neither is anything counted.
    return this.#deps.passwords.admit(turn, () => this.#run(typed, turn, find, act))
  }

  /** Whether it is the password, where nothing else decides. @throws Refusal as `run` does */
  async isRight(typed: TypedPassword, find: () => Promise<Stored>): Promise<boolean> {
    return this.run(typed, find, async ({ verdict, counted }) => {
      if (verdict.matches) await this.#deps.throttle.refund(counted)
      return verdict.matches
    })
  }

  async #run<Found extends Stored, Result>(
    { name, password, origin }: TypedPassword,
    turn: Turn,
    find: () => Promise<Found>,
    act: (checked: CheckedPassword<Found>) => Promise<Result>,
  ): Promise<Result> {
    const { throttle } = this.#deps
    const attempt = { target: { name }, address: origin.address }
    const { counted, result: found } = await throttle.countWhile(attempt, find)
    try {
      const verdict = await this.#verify(found, password, turn, counted)
      return await act({ found, verdict, counted })
    } finally {
      throttle.decide(counted)
    }
  }

  async #verify({ hash, decoy }: Stored, password: string, turn: Turn, counted: Counted) {
    const { throttle, passwords } = this.#deps
    try {
      return await passwords.verify(hash, password, decoy, turn)
    } catch (error) {
      await throttle.refund(counted)
      throw error
    }
  }
}
