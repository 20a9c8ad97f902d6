import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { Keys } from './keys.js'

export class Health {
  readonly #store: Store
  readonly #keys: Keys

  constructor(deps: { store: Store; keys: Keys }) {
    this.#store = deps.store
    this.#keys = deps.keys
  }

  /** @throws Refusal `storage_unavailable` when the database can't be reached or there is no key to sign with */
  async ready(): Promise<void> {
    if (!this.#keys.loaded) {
      throw new Refusal('storage_unavailable', { message: 'The signing keys are not loaded' })
    }
    await this.#store.ping()
  }
}
