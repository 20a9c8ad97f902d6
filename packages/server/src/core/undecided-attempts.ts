/**
 * Attempts that this process has counted and not decided yet, by the keys of what counts them. Where they fill a
 * limit, nobody may have failed at all: who comes next waits for one of them, so that an app which signs
 * in as one user many times at once is not taken for one that guesses.
 */
export class UndecidedAttempts {
  readonly #byKey = new Map<string, UnderWay>()
  /** When the last one of a key was decided: of the last two seconds, the oldest first. */
  readonly #lately = new Map<string, number>()
  readonly #now: () => number
  #waiting = 0

  /** @param now milliseconds, of any clock that never goes back */
  constructor(now: () => number) {
    this.#now = now
  }

  begin(keys: readonly string[]): void {
    for (const key of keys) {
      const known = this.#byKey.get(key)
      if (known === undefined) this.#byKey.set(key, { count: 1, waiting: [] })
      else known.count += 1
    }
  }

  /** They have succeeded or failed, and if they were taken back, that is done. */
  decide(keys: readonly string[]): void {
    for (const key of keys) {
      const underWay = this.#byKey.get(key)
      if (underWay === undefined) continue
      underWay.count -= 1
      if (underWay.count === 0) this.#byKey.delete(key)
      this.#lately.delete(key)
      this.#lately.set(key, this.#now())
      this.#wake(underWay)
    }
    this.#forgetOld()
  }

  /** Whether one was decided after that time, by `now`: what was read of its limit before may be no longer so. */
  hasDecided(key: string, after: number): boolean {
    const at = this.#lately.get(key)
    return at !== undefined && at >= after
  }

  /**
   * Resolves when it is worth another try.
   *
   * @param since when the caller came, by `now`
   * @param tried when they tried last
   * @returns false at once where it is not: none is under way, too many wait, or the caller has waited for long
   */
  async next(key: string, since: number, tried: number): Promise<boolean> {
    if (this.#waiting >= longest || this.#isLate(since)) return false
    const underWay = this.#byKey.get(key)
    if (underWay === undefined) return this.hasDecided(key, tried)
    this.#waiting += 1
    await new Promise<void>((go) => underWay.waiting.push({ since, go }))
    return true
  }

  /** The first, and who has waited for too long; with the last that is under way all. */
  #wake(underWay: UnderWay): void {
    const { count, waiting } = underWay
    const woken = waiting.filter(
      ({ since }, place) => count === 0 || place === 0 || this.#isLate(since),
    )
    underWay.waiting = waiting.filter((one) => !woken.includes(one))
    this.#waiting -= woken.length
    for (const { go } of woken) go()
  }

  #forgetOld(): void {
    for (const [key, at] of this.#lately) {
      if (!this.#isLate(at)) return
      this.#lately.delete(key)
    }
  }

  #isLate(since: number): boolean {
    return this.#now() - since >= patience
  }
}

interface UnderWay {
  count: number
  waiting: { readonly since: number; readonly go: () => void }[]
}

/** Milliseconds: with the wait for a hash that follows, an answer comes within ten seconds. */
const patience = 2_000
const longest = 1_000
