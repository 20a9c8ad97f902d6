import type { Session } from './session.js'

export interface Clock {
  /** Milliseconds since 1970, as the device has it. */
  readonly now: () => number
  /** Milliseconds since anything, never set back. */
  readonly elapsed: () => number
  /** From 0 to 1. */
  readonly random: () => number
}

export const deviceClock: Clock = {
  now: () => Date.now(),
  // Where there is no other clock, the wall's.
  elapsed: () => globalThis.performance?.now() ?? Date.now(),
  random: () => Math.random(),
}

/**
 * How old an access token is. Its own times are the server's, and devices' clocks are off by minutes or
 * hours, so only the time since its arrival counts, with the life that was answered.
 */
export class Lifetime {
  readonly #session: Session
  readonly #clock: Clock
  readonly #arrived: number
  readonly #lead: number
  /** The clock was set back since the token came, so nothing is known. */
  readonly #isUnknown: boolean

  constructor(session: Session, clock: Clock) {
    this.#session = session
    this.#clock = clock
    // It may come from storage: then only the wall clock knows.
    const byWall = clock.now() - session.receivedAt
    this.#arrived = clock.elapsed() - Math.max(0, byWall)
    this.#isUnknown = byWall < -60_000
    // Tabs and devices that signed in together are not to refresh together.
    this.#lead = Math.min(60_000, this.#life / 5) * (0.5 + clock.random() / 2)
  }

  /** Time to refresh, with the token still good for requests. */
  get isDue(): boolean {
    return this.#age >= this.#life - this.#lead
  }

  get isOver(): boolean {
    return this.#age >= this.#life - Math.min(5_000, this.#life / 20)
  }

  get #life(): number {
    return this.#session.expiresIn * 1000
  }

  /** The greater of both: one clock may stand still while the device sleeps, the other may be set back. */
  get #age(): number {
    if (this.#isUnknown) return Number.POSITIVE_INFINITY
    const byWall = this.#clock.now() - this.#session.receivedAt
    return Math.max(byWall, this.#clock.elapsed() - this.#arrived)
  }
}
