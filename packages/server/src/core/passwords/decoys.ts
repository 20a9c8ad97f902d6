import { createHmac, type KeyObject } from 'node:crypto'
import type { RefreshKeys } from '../refresh-keys.js'

/**
 * Whose hash costs what that of a name would cost which nobody has (checklist H07). While hashes of several
 * kinds are stored, each name that nobody has goes with a user: the one whose id follows a MAC of the name.
 * So as many names cost what a kind costs as users have it, a name costs the same on every node and every
 * time, and becomes cheap when some user's hash is replaced, as names that somebody has do. Nothing
 * is counted for it, nor kept.
 */
export class Decoys {
  readonly #refreshKeys: RefreshKeys
  #key: KeyObject | undefined

  /** @param refreshKeys loaded by the time of the first sign-in, because no session opens without them */
  constructor(refreshKeys: RefreshKeys) {
    this.#refreshKeys = refreshKeys
  }

  /** A place among the users' ids. To be asked for every name, because asking takes time too. */
  placeOf(name: string): string {
    this.#key ??= this.#refreshKeys.derive('latchkey decoy v1')
    return createHmac('sha256', this.#key).update(name).digest('hex').slice(0, idLength)
  }
}

/** Characters of a user's id, which is random and in hex. */
const idLength = 32
