import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { Keys } from './keys.js'

export class Health {
  readonly #store: Store
  readonly #keys: Keys
  #isLeaving = false
  #isMissed = false

  constructor(deps: { store: Store; keys: Keys }) {
    this.#store = deps.store
    this.#keys = deps.keys
  }

  /** From now on it sends callers away, although it answers still, and is not ready unless it is replaced. */
  leave(isReplaced: boolean): void {
    this.#isLeaving = true
    this.#isMissed = !isReplaced
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /**
   * @throws Refusal `stopping`; `storage_unavailable` when the database can't be reached or there is
   *   no key to sign with
   */
  async ready(): Promise<void> {
    if (this.#isMissed) throw new Refusal('stopping', { message: 'This process is stopping' })
    if (!this.#keys.loaded) {
      throw new Refusal('storage_unavailable', { message: 'The signing keys are not loaded' })
    }
    await this.#store.ping()
  }
}
