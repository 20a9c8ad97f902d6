import type { Clock } from './core/clock.js'
import { KeyRotation } from './core/key-rotation.js'
import type { KeyWrap } from './core/key-wrap.js'
import { Keys } from './core/keys.js'
import type { Log } from './core/log.js'
import { RefreshKeys } from './core/refresh-keys.js'
import type { Settings } from './settings/settings.js'
import type { Store } from './store/open.js'

interface Dependencies {
  store: Store
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
  log: Log
  /** Milliseconds that the longest-lived access token is good for, leeway included. */
  tokenLife: number
}

/** What signs and authenticates tokens. */
export function openKeys(settings: Settings, deps: Dependencies) {
  const { signingAlgorithm: algorithm, hs256Secret, hs256SecretPrevious, keyRotateEvery } = settings
  const keys = new Keys({ ...deps, algorithm, hs256Secret, hs256SecretPrevious })
  const keyRotation = new KeyRotation({
    ...deps,
    keys,
    algorithm,
    publishAhead: settings.keyPublishAhead * 1000,
    rotateEvery: keyRotateEvery === 'off' ? undefined : keyRotateEvery * 1000,
    isChangingSecret: settings.secretKeyPrevious !== undefined,
  })
  return { keys, keyRotation, refreshKeys: new RefreshKeys(deps) }
}
