/**
 * Limits that have just refused somebody, so that a flood of attempts asks the database about each once a second.
 * Another process may free one earlier: who waits for that waits for a second at most.
 */
export class FullLimits<Time extends number = number> {
  #newest = new Map<string, Full<Time>>()
  #older = new Map<string, Full<Time>>()

  /** When the next attempt may come by a limit that is known to be full. */
  nextAt(key: string, now: Time): Time | undefined {
    const full = this.#newest.get(key) ?? this.#older.get(key)
    if (full === undefined || now >= full.nextAt) return undefined
    // Not since a clock was set back either.
    const isLately = now >= full.asked && now - full.asked < rememberedFor
    return isLately ? full.nextAt : undefined
  }

  remember(key: string, nextAt: Time, now: Time): void {
    if (this.#newest.size >= halfOfAll) {
      this.#older = this.#newest
      this.#newest = new Map()
    }
    this.#newest.set(key, { nextAt, asked: now })
  }

  forget(key: string): void {
    this.#newest.delete(key)
    this.#older.delete(key)
  }

  get size(): number {
    return this.#newest.size + this.#older.size
  }
}

interface Full<Time> {
  readonly nextAt: Time
  readonly asked: Time
}

/** Milliseconds. */
const rememberedFor = 1_000
const halfOfAll = 5_000
