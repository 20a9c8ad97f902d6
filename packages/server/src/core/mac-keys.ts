import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Instant } from '../store/schema.js'
import type { Clock } from './clock.js'
import type { KeyWrap } from './key-wrap.js'

/** A key for MACs, and what it is called by. */
export interface MacKey {
  id: string
  key: KeyObject
}

interface Row {
  id: string
  generation: number
  wrapped_key: string
  created_at: Instant
}

interface Dependencies {
  table: { list(): Promise<Row[]>; add(row: Row): Promise<boolean> }
  /** What a wrapped key is bound to. */
  context: (id: string) => string
  /** @param mayMake whether a master secret that is missing may be made */
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
}

/** Keys for MACs of one kind: the newest makes them, all of them verify. */
export class MacKeys {
  readonly #deps: Dependencies
  #keys: readonly MacKey[] = []

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Reads the keys, and makes the first where there is none. @throws Error under another master secret */
  async load(): Promise<void> {
    await this.read()
    if (this.#keys.length > 0) return
    await this.#makeFirst()
    await this.read()
  }

  /** Reads those that are there. @throws Error under another master secret */
  async read(): Promise<void> {
    const { table, context, wrap } = this.#deps
    this.#keys = (await table.list()).map(({ id, wrapped_key }) => {
      const secret = wrap(false).unwrap(wrapped_key, context(id))
      return { id, key: createSecretKey(Buffer.from(secret, 'base64url')) }
    })
  }

  get newest(): MacKey {
    const key = this.#keys.at(-1)
    if (key === undefined) throw new Error('The keys for MACs are not loaded')
    return key
  }

  /** A key for another purpose, of the oldest one: the same for all processes, whatever keys are added. */
  derive(purpose: string): KeyObject {
    const [oldest] = this.#keys
    if (oldest === undefined) throw new Error('The keys for MACs are not loaded')
    return createSecretKey(
      Buffer.from(hkdfSync('sha256', oldest.key, new Uint8Array(), purpose, 32)),
    )
  }

  readonly byId = (id: string): MacKey | undefined => this.#keys.find((key) => key.id === id)

  /** Several processes may try at once; the store lets one of them win, and all read that one. */
  async #makeFirst(): Promise<void> {
    const { table, context, wrap, clock } = this.#deps
    const id = randomBytes(8).toString('base64url')
    const secret = randomBytes(32).toString('base64url')
    await table.add({
      id,
      generation: 1,
      wrapped_key: wrap(true).wrap(secret, context(id)),
      created_at: clock(),
    })
  }
}
