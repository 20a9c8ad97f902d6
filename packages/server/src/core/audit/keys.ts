import type { Store } from '../../store/open.js'
import type { Clock } from '../clock.js'
import type { KeyWrap } from '../key-wrap.js'
import { MacKeys } from '../mac-keys.js'

interface Dependencies {
  store: Store
  /** @param mayMake whether a master secret that is missing may be made */
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
}

/** The keys that the audit log is sealed with: whoever has the database alone can't make a seal. */
export class AuditKeys extends MacKeys {
  constructor({ store, ...deps }: Dependencies) {
    super({ ...deps, table: store.auditKeys, context: auditKeyContext })
  }
}

/** What a wrapped key is bound to. */
export function auditKeyContext(id: string): string {
  return `audit-key:${id}`
}
