/**
 * Lets a few pass in each turn of the event loop, the others in the turns after it, first come,
 * first served. What many ask for at once is then no wall in front of everybody else's requests.
 */
export class Turnstile {
  readonly #aTurn: number
  readonly #waiting: (() => void)[] = []
  #passed = 0

  /** @param aTurn how many pass in one turn */
  constructor(aTurn: number) {
    this.#aTurn = aTurn
  }

  pass(): Promise<void> {
    if (this.#passed === 0) setImmediate(() => this.#nextTurn())
    if (this.#passed < this.#aTurn) {
      this.#passed += 1
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #nextTurn(): void {
    const next = this.#waiting.splice(0, this.#aTurn)
    this.#passed = next.length
    if (next.length > 0) setImmediate(() => this.#nextTurn())
    for (const pass of next) pass()
  }
}
