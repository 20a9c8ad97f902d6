import { Refusal } from '../errors.js'

/** Lets some work go on at a time, and the rest after it, first come, first served. */
export class Semaphore {
  readonly #atOnce: number
  readonly #longest: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  /** @param longest how many may wait */
  constructor({ atOnce, longest }: { atOnce: number; longest: number }) {
    this.#atOnce = atOnce
    this.#longest = longest
  }

  /** @throws Refusal `overloaded` where too many wait; what the work throws */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#atOnce) {
      this.#running += 1
    } else if (this.#waiting.length < this.#longest) {
      await new Promise<void>((go) => this.#waiting.push(go))
    } else {
      throw new Refusal('overloaded', { message: 'Too many wait: try again in a moment' })
    }
  }

  /** Whoever is next takes the place over. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running -= 1
    else next()
  }
}
