import type { Store } from '../store/open.js'
import type { Instant } from '../store/schema.js'
import type { AttemptLimits, Limit } from './attempt-limits.js'

interface Dependencies {
  store: Store
  limits: AttemptLimits
}

/** Who has to wait with their next attempt, and until when. To look counts as none. */
export class Waits {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Of whoever tries this name. */
  async ofName(name: string): Promise<Instant | undefined> {
    return (await this.#full([this.#deps.limits.ofName(name)]))[0]?.nextAt
  }

  /** Of whoever comes from the network of this address. */
  async ofNetwork(address: string): Promise<Instant | undefined> {
    const limit = this.#deps.limits.ofNetwork(address)
    return limit && (await this.#full([limit]))[0]?.nextAt
  }

  /** Of everybody, or of some, where not all parts of the limit are full. */
  async ofAll(): Promise<{ until: Instant; isOfSome: boolean } | undefined> {
    const { overall } = this.#deps.limits
    const full = (await this.#full(overall)).map(({ nextAt }) => nextAt)
    const [first] = full.toSorted((a, b) => b - a)
    return first && { until: first, isOfSome: full.length < overall.length }
  }

  #full(limits: readonly Limit[]) {
    return this.#deps.store.attempts.full(limits)
  }
}
