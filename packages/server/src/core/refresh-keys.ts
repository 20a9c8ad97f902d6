import type { Store } from '../store/open.js'
import type { Clock } from './clock.js'
import type { KeyWrap } from './key-wrap.js'
import { MacKeys } from './mac-keys.js'

interface Dependencies {
  store: Store
  /** @param mayMake whether a master secret that is missing may be made */
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
}

/** The keys that refresh tokens are authenticated with. */
export class RefreshKeys extends MacKeys {
  constructor({ store, ...deps }: Dependencies) {
    super({ ...deps, table: store.refreshKeys, context: refreshKeyContext })
  }
}

/** What a wrapped key is bound to. */
export function refreshKeyContext(id: string): string {
  return `refresh-key:${id}`
}
