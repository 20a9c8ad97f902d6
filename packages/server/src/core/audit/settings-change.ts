import { createHash } from 'node:crypto'
import type { Settings } from '../../settings/settings.js'
import type { Store } from '../../store/open.js'
import { auditEntry, system } from '../audit.js'
import type { Clock } from '../clock.js'

/**
 * Writes down the settings that a server starts with, where they are not those that were written down
 * last (checklist K03). Of several processes that start with them one does.
 */
export async function recordSettings(
  store: Store,
  settings: Settings,
  clock: Clock,
): Promise<void> {
  const detail = detailOf(settings)
  const last = await store.audit.newest('settings_changed')
  const entry = auditEntry('settings_changed', clock(), system, { detail })
  if (last?.detail === entry.detail) return
  await store.audit.appendOnce({ ...entry, id: idAfter(last?.id ?? '', entry.detail ?? '') })
}

/** Those that all processes of a service share and that decide who is let in. None is a secret. */
const recorded = [
  'issuer',
  'audience',
  'signingAlgorithm',
  'keyPublishAhead',
  'keyRotateEvery',
  'subject',
  'registration',
  'newUserScopes',
  'accountUrl',
  'scopes',
  'accessTokenTtl',
  'refreshIdleTtl',
  'sessionTtl',
  'refreshGrace',
  'statusTtl',
  'auditTtl',
  'firstPartyClient',
  'passwordGrant',
  'failuresPerName',
  'failuresPerNetwork',
  'failuresOverall',
  'challenge',
  'challengeWork',
  'mailsPerNetwork',
  'passwordMinLength',
  'passwordHash',
  'corsOrigins',
  'trustedProxies',
  'forwardedHeader',
] as const satisfies readonly (keyof Settings)[]

function detailOf(settings: Settings): Record<string, string | number | boolean> {
  const given = recorded.flatMap((name) => {
    const value = settings[name]
    return value === undefined ? [] : [[name, spelled(value)] as const]
  })
  return Object.fromEntries(given)
}

function spelled(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
    return value
  }
  if (value instanceof Map || value instanceof Set) return [...value.keys()].join(' ')
  return JSON.stringify(value)
}

/** The same for all that have found the same entry before. */
function idAfter(last: string, detail: string): string {
  return createHash('sha256').update(`${last}\n${detail}`).digest('base64url').slice(0, 22)
}
