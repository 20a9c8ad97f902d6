import type { Clock } from './core/clock.js'
import type { ClaimsFunction } from './core/custom-claims.js'
import type { Log } from './core/log.js'
import type { HashPool } from './core/passwords/hash-pool.js'
import type { OpenTelemetry } from './open-telemetry.js'
import type { Primary } from './primary.js'
import type { Store } from './store/open.js'

/** What an open Latchkey is given beside its settings. */
export interface Surroundings {
  log: Log
  /** In place of the machine's; it is not set by the database's. */
  clock?: Clock
  /** In place of those that the settings name. */
  claims?: ClaimsFunction | undefined
  /** Stands in for an issuer that was not given. */
  loopbackIssuer?: string
  /** Hash workers are started when first needed unless a test gives its own. */
  hashPool?: HashPool
  /** What the process that has started this one does for all of them. */
  primary?: Primary | undefined
  /** Milliseconds between two looks at the change feed. */
  pollEvery?: number
  /** Whether as much is written as memory and the disk allow. */
  writesMuch?: boolean
  /** A store that is open already, in place of the one that the settings name. */
  store?: Store
  /** In place of the one that the app has installed. */
  openTelemetry?: OpenTelemetry
  /** Whether nobody's account is in earnest: without a mail server admins may then read mails. */
  isForDevelopment?: boolean
}
