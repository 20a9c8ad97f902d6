import { isObject } from '../../core/metadata.js'
import { fromKeycloak } from '../../core/passwords/translate/keycloak.js'
import { Refusal } from '../../errors.js'
import { flag, hashOf, list, members, neededText, stated, text, time } from '../fields.js'
import { type Loss, lossesOf } from '../losses.js'
import type { Raw } from '../raw.js'
import type { System } from './system.js'

/** The users in the export of a realm: of the realm's own file, or of one with users alone. */
export const keycloak: System = {
  title: 'Keycloak',
  list: 'users',
  needs: [['username']],
  read(raw) {
    refuseRealm(raw)
    if (text(raw, 'serviceAccountClientId') !== undefined) return { passedOver: 'service_account' }
    const enabled = flag(raw, 'enabled')
    const credentials = inOrder(list(raw, 'credentials').filter(isObject))
    return {
      user: {
        username: neededText(raw, 'username'),
        email: text(raw, 'email'),
        emailVerified: flag(raw, 'emailVerified'),
        disabled: enabled === undefined ? undefined : !enabled,
        passwordHash: hashOf(fromKeycloak(credentials)),
        createdAt: time(raw, 'createdTimestamp'),
        metadata: stated({ first_name: raw.firstName, last_name: raw.lastName }),
        adminMetadata: attributesIn(raw),
        origin: { imported_from: 'keycloak', imported_id: text(raw, 'id') },
      },
      losses: lossesIn(raw, credentials),
    }
  },
}

/** An export of all realms at once is a list, too. */
function refuseRealm(raw: Raw): void {
  if (!('realm' in raw && 'users' in raw)) return
  const message = 'It is a realm, not a user: export one realm by itself'
  throw new Refusal('field_unusable', { message, fields: ['realm'] })
}

/** Keycloak asks for the one of the lowest priority first. Those of old exports have none, and stay as they are. */
function inOrder(credentials: readonly Raw[]): readonly Raw[] {
  return credentials.toSorted((one, other) => placeOf(one) - placeOf(other))
}

function placeOf({ priority }: Raw): number {
  return typeof priority === 'number' ? priority : 0
}

/** Users may not change them there unless the realm says so, and apps may trust them. A list of one is a text. */
function attributesIn(raw: Raw): Raw {
  const attributes = Object.entries(members(raw, 'attributes') ?? {})
  return Object.fromEntries(
    attributes.map(([name, value]) => [
      name,
      Array.isArray(value) && value.length === 1 ? value[0] : value,
    ]),
  )
}

function lossesIn(raw: Raw, credentials: readonly Raw[]): Loss[] {
  const { account: _, ...ofClients } = members(raw, 'clientRoles') ?? {}
  const roles = list(raw, 'realmRoles').filter((role) => !isEverybodys(role))
  return lossesOf({
    second_factor: credentials.some(
      ({ type }) => type !== 'password' && type !== 'password-history',
    ),
    provider:
      list(raw, 'federatedIdentities').length > 0 || text(raw, 'federationLink') !== undefined,
    rights: [...roles, ...list(raw, 'groups'), ...Object.keys(ofClients)].length > 0,
    required_action: list(raw, 'requiredActions').length > 0,
  })
}

function isEverybodys(role: unknown): boolean {
  if (typeof role !== 'string') return false
  return ['offline_access', 'uma_authorization'].includes(role) || role.startsWith('default-roles-')
}
