import { AttemptLimits } from './core/attempt-limits.js'
import { Challenges } from './core/challenges.js'
import type { Clock } from './core/clock.js'
import { KnownDevices } from './core/known-devices.js'
import type { Measures } from './core/measures/measures.js'
import { PasswordCheck } from './core/password-check.js'
import type { Passwords } from './core/passwords/passwords.js'
import type { RefreshKeys } from './core/refresh-keys.js'
import { Throttle } from './core/throttle.js'
import { Waits } from './core/waits.js'
import type { Settings } from './settings/settings.js'
import type { Store } from './store/open.js'

/** How often secrets may be tried. */
export interface Throttling {
  readonly throttle: Throttle
  readonly waits: Waits
  readonly passwordCheck: PasswordCheck
  readonly knownDevices: KnownDevices
  readonly challenges: Challenges | undefined
}

interface Dependencies {
  store: Store
  refreshKeys: RefreshKeys
  passwords: Passwords
  clock: Clock
  measures: Measures
}

export function openThrottling(settings: Settings, deps: Dependencies): Throttling {
  const limits = {
    name: settings.failuresPerName,
    network: settings.failuresPerNetwork,
    overall: settings.failuresOverall,
    mails: settings.mailsPerNetwork,
  }
  const throttle = new Throttle({ ...deps, limits })
  const { challenge, challengeWork: work } = settings
  return {
    throttle,
    waits: new Waits({ ...deps, limits: new AttemptLimits({ ...deps, limits }) }),
    passwordCheck: new PasswordCheck({ ...deps, throttle }),
    knownDevices: new KnownDevices(deps),
    challenges: challenge === 'off' ? undefined : new Challenges({ ...deps, work }),
  }
}
