import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Store } from '../store/open.js'
import type { Clock } from './clock.js'
import type { KeyWrap } from './key-wrap.js'
import type { RefreshKey } from './refresh-tokens.js'

interface Dependencies {
  store: Store
  /** @param mayMake whether a master secret that is missing may be made */
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
}

/** The keys that refresh tokens are authenticated with: the newest seals, all of them open. */
export class RefreshKeys {
  readonly #deps: Dependencies
  #keys: readonly RefreshKey[] = []

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Reads the keys, and makes the first where there is none. @throws Error under another master secret */
  async load(): Promise<void> {
    await this.#read()
    if (this.#keys.length > 0) return
    await this.#makeFirst()
    await this.#read()
  }

  get newest(): RefreshKey {
    const key = this.#keys.at(-1)
    if (key === undefined) throw new Error('The keys of refresh tokens are not loaded')
    return key
  }

  /** A key for another purpose, of the oldest one: the same for all processes, whatever keys are added. */
  derive(purpose: string): KeyObject {
    const [oldest] = this.#keys
    if (oldest === undefined) throw new Error('The keys of refresh tokens are not loaded')
    return createSecretKey(
      Buffer.from(hkdfSync('sha256', oldest.key, new Uint8Array(), purpose, 32)),
    )
  }

  readonly byId = (id: string): RefreshKey | undefined => this.#keys.find((key) => key.id === id)

  async #read(): Promise<void> {
    const { store, wrap } = this.#deps
    this.#keys = (await store.refreshKeys.list()).map(({ id, wrapped_key }) => {
      const secret = wrap(false).unwrap(wrapped_key, refreshKeyContext(id))
      return { id, key: createSecretKey(Buffer.from(secret, 'base64url')) }
    })
  }

  /** Several processes may try at once; the store lets one of them win, and all read that one. */
  async #makeFirst(): Promise<void> {
    const { store, wrap, clock } = this.#deps
    const id = randomBytes(8).toString('base64url')
    const secret = randomBytes(32).toString('base64url')
    await store.refreshKeys.add({
      id,
      generation: 1,
      wrapped_key: wrap(true).wrap(secret, refreshKeyContext(id)),
      created_at: clock(),
    })
  }
}

/** What a wrapped key is bound to. */
export function refreshKeyContext(id: string): string {
  return `refresh-key:${id}`
}
