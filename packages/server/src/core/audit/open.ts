import type { Settings } from '../../settings/settings.js'
import type { Store } from '../../store/open.js'
import type { Clock } from '../clock.js'
import type { KeyWrap } from '../key-wrap.js'
import type { Log } from '../log.js'
import { AuditKeys } from './keys.js'
import { AuditLog } from './log.js'
import { AuditSealer } from './sealer.js'
import { recordSettings } from './settings-change.js'
import { AuditVerification } from './verification.js'

/** The audit log to whoever does not write it: read, sealed and verified. */
export interface Audit {
  readonly log: AuditLog
  readonly sealer: AuditSealer
  readonly verification: AuditVerification
  /** For a server: writes down its settings, and begins to seal. */
  start(): Promise<void>
  stop(): Promise<void>
}

interface Dependencies {
  settings: Settings
  store: Store
  /** @param mayMake whether a master secret that is missing may be made */
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
  log: Log
}

export function openAudit({ settings, store, wrap, clock, log }: Dependencies): Audit {
  const keys = new AuditKeys({ store, wrap, clock })
  const keptFor = settings.auditTtl === 'off' ? null : settings.auditTtl * 1000
  const sealer = new AuditSealer({ store, keys, clock, log, keptFor })
  return {
    log: new AuditLog(store),
    sealer,
    verification: new AuditVerification({ store, keys, clock, keptFor }),
    async start() {
      await recordSettings(store, settings, clock)
      await sealer.start()
    },
    stop: () => sealer.stop(),
  }
}
