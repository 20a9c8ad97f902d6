import type { Check } from '../store/database.js'
import type { Clock } from './clock.js'

export type Finding = Check

/** What a server finds when it looks at itself. */
export interface Findings {
  findings: readonly Finding[]
  /** What only `latchkey doctor` looks at, because it takes too long beside requests. */
  leftOut: readonly string[]
  version: string
  node: string
  engine: string
  /** Bytes; undefined while the database does not say. */
  databaseSize: number | undefined
  /** Seconds for which the process runs that has looked. */
  uptime: number
}

export interface Examined extends Findings {
  at: number
}

interface Dependencies {
  clock: Clock
  look: () => Promise<Findings>
}

/** Lets a server look at itself when somebody asks: one at a time, and no more often than every few seconds. */
export class Examination {
  readonly #deps: Dependencies
  #latest: { at: number; found: Promise<Examined> } | undefined
  #isLooking = false

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  async latest(): Promise<Examined> {
    const now = this.#deps.clock()
    const isFresh = this.#latest !== undefined && Math.abs(now - this.#latest.at) < freshFor
    if (this.#latest !== undefined && (this.#isLooking || isFresh)) return this.#latest.found
    this.#isLooking = true
    const found = this.#look(now)
    this.#latest = { at: now, found }
    return found
  }

  async #look(at: number): Promise<Examined> {
    try {
      return { ...(await this.#deps.look()), at }
    } catch (error) {
      this.#latest = undefined
      throw error
    } finally {
      this.#isLooking = false
    }
  }
}

/** Milliseconds. */
const freshFor = 5_000
