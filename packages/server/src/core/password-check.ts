import type { Store } from '../store/open.js'
import type { UserId } from '../store/schema.js'
import type { Target } from './attempt-limits.js'
import { auditEntry, type Origin } from './audit.js'
import type { Solution } from './challenges.js'
import type { Clock } from './clock.js'
import type { Passwords, PasswordVerdict } from './passwords/passwords.js'
import { type Turn, turnOf } from './passwords/turn.js'
import type { Counted, Throttle } from './throttle.js'

interface Dependencies {
  store: Store
  passwords: Passwords
  throttle: Throttle
  clock: Clock
}

export interface TypedPassword {
  /** Whose it is said to be: as it was typed. */
  name: string
  password: string
  origin: Origin
  /** Of a challenge, which is used up once there is room for the attempt. */
  solution?: Solution | undefined
}

/** By which the device is known that it was typed on; undefined where it is not. */
type DeviceOf<Found> = (found: Found) => string | undefined

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
    deviceOf?: DeviceOf<Found>,
  ): Promise<Result> {
    const turn = turnOf(typed.origin, typed.name)
    const count = () =>
      deviceOf === undefined ? this.#count(typed, find) : this.#countByDevice(typed, find, deviceOf)
    // Where there is no time for the hash, neither is anything counted.
    return this.#deps.passwords.admit(turn, () => this.#run(typed, turn, count, act))
  }

  /** Whether it is a user's own, who is known already. @throws Refusal as `run` does */
  async isRight(
    typed: TypedPassword,
    userId: UserId,
    find: () => Promise<Stored>,
  ): Promise<boolean> {
    const { store, throttle, clock } = this.#deps
    return this.run(typed, find, async ({ verdict, counted }) => {
      if (verdict.matches) {
        await throttle.refund(counted)
      } else {
        await store.audit.appendAll([
          auditEntry('password_refused', clock(), typed.origin, { userId }),
          ...throttle.filled(counted, typed.origin, userId),
        ])
      }
      return verdict.matches
    })
  }

  async #run<Found extends Stored, Result>(
    typed: TypedPassword,
    turn: Turn,
    count: () => Promise<{ counted: Counted; result: Found }>,
    act: (checked: CheckedPassword<Found>) => Promise<Result>,
  ): Promise<Result> {
    const { throttle } = this.#deps
    const { counted, result: found } = await count()
    try {
      const verdict = await this.#verify(found, typed, turn, counted)
      return await act({ found, verdict, counted })
    } finally {
      throttle.decide(counted)
    }
  }

  #count<Found>(typed: TypedPassword, find: () => Promise<Found>) {
    return this.#countWith(typed, { name: typed.name }, find)
  }

  /** Whether the device is known is known with the user. */
  async #countByDevice<Found>(
    typed: TypedPassword,
    find: () => Promise<Found>,
    deviceOf: DeviceOf<Found>,
  ) {
    const found = await find()
    const device = deviceOf(found)
    const target = device === undefined ? { name: typed.name } : { device }
    return this.#countWith(typed, target, async () => found)
  }

  #countWith<Found>(
    { origin, solution }: TypedPassword,
    target: Target,
    find: () => Promise<Found>,
  ) {
    const attempt = { target, address: origin.address, hasSolved: solution !== undefined }
    return this.#deps.throttle.countWhile(attempt, find)
  }

  async #verify(
    { hash, decoy }: Stored,
    { password, solution }: TypedPassword,
    turn: Turn,
    counted: Counted,
  ) {
    const { throttle, passwords } = this.#deps
    try {
      // Not before there is room: whoever waits for that tries more than once.
      await solution?.use()
      return await passwords.verify(hash, password, decoy, turn)
    } catch (error) {
      await throttle.refund(counted)
      throw error
    }
  }
}
