import { createHmac, type KeyObject } from 'node:crypto'
import type { Store } from '../../store/open.js'
import type { RefreshKeys } from '../refresh-keys.js'

interface Dependencies {
  store: Store
  /** Loaded by the time of the first sign-in, because no session opens without them. */
  refreshKeys: RefreshKeys
}

/**
 * Whose hash costs what that of a name would cost which nobody has (checklist H07). While hashes of several
 * kinds are stored, each name that nobody has goes with a user: the one whose id follows a MAC of the name.
 * So as many names cost what a kind costs as users have it, a name costs the same on every node and every
 * time, and becomes cheap when some user's hash is replaced, as names that somebody has do. Nothing
 * is counted for it, nor kept.
 */
export class Decoys {
  readonly #deps: Dependencies
  #key: KeyObject | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * A stored hash, to be computed and not believed; undefined where there is none. To be asked for every
   * name, because asking takes time too.
   */
  async for(name: string): Promise<string | undefined> {
    const { store, refreshKeys } = this.#deps
    this.#key ??= refreshKeys.derive('latchkey decoy v1')
    const place = createHmac('sha256', this.#key).update(name).digest('hex').slice(0, idLength)
    return (await store.users.hashFrom(place)) ?? (await store.users.hashFrom(''))
  }
}

/** Characters of a user's id, which is random and in hex. */
const idLength = 32
