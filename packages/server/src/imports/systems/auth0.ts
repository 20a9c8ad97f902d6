import { isObject } from '../../core/metadata.js'
import { fromAuth0 } from '../../core/passwords/translate/auth0.js'
import { flag, hashOf, list, members, stated, text, time } from '../fields.js'
import { type Loss, lossesOf } from '../losses.js'
import type { Raw } from '../raw.js'
import type { HashesByKey, System } from './system.js'

/**
 * A bulk export, in JSON lines or CSV, with the file of hashes that Auth0's support makes; or a file as Auth0
 * imports it, which may hold hashes itself.
 */
export const auth0: System = {
  title: 'Auth0',
  needs: [['email', 'username']],
  passwords: {
    needs: [['passwordHash']],
    entries(raw) {
      const hash = text(raw, 'passwordHash')
      return hash === undefined ? [] : keysOf(raw).map((key) => [key, hash])
    },
  },
  read(given, { passwords }) {
    const raw = withoutApostrophes(given)
    const phone = text(raw, 'phone_number')
    const hash = passwords && hashFor(raw, passwords)
    return {
      user: {
        username: text(raw, 'username'),
        email: text(raw, 'email'),
        emailVerified: flag(raw, 'email_verified'),
        disabled: flag(raw, 'blocked'),
        passwordHash: hashOf(fromAuth0(hash === undefined ? raw : { passwordHash: hash })),
        createdAt: time(raw, 'created_at'),
        metadata: stated({ ...profileIn(raw), ...nested(raw, 'user_metadata') }),
        adminMetadata: stated({ ...nested(raw, 'app_metadata'), phone }),
        origin: { imported_from: 'auth0', imported_id: text(raw, 'user_id') },
      },
      losses: lossesIn(raw, phone),
    }
  },
}

/** What a record of hashes is found by: the user's id, or the address where it names no user. */
function keysOf(raw: Raw): string[] {
  const { $oid } = members(raw, '_id') ?? {}
  const id = text(raw, 'alt_id') ?? (typeof $oid === 'string' ? $oid : undefined)
  const address = addressIn(raw)
  if (id === undefined) return address === undefined ? [] : [`nameless ${address}`]
  return [`id ${id}`, ...(address === undefined ? [] : [`address ${address}`])]
}

/** Two connections may know the same address, so that it decides only where one of the two sides has no ids. */
function hashFor(raw: Raw, passwords: HashesByKey): string | undefined {
  const address = addressIn(raw)
  const ids = idsIn(raw)
  const keys = ids.map((id) => `id ${id}`)
  if (text(raw, 'user_id') === undefined) keys.push(`address ${address}`)
  if (ids.length > 0 || text(raw, 'user_id') === undefined) keys.push(`nameless ${address}`)
  for (const key of keys) {
    const hash = passwords.find(key)
    if (hash !== undefined) return hash
  }
  return undefined
}

/** Without what Auth0 puts before them: those of its own databases, also where they are linked to another identity. */
function idsIn(raw: Raw): string[] {
  const [, strategy, own] = /^(?:([^|]*)\|)?(.+)$/s.exec(text(raw, 'user_id') ?? '') ?? []
  const linked = identitiesIn(raw).filter(({ provider }) => provider === 'auth0')
  const ids = linked.map((identity) => text(identity, 'user_id'))
  const isOwn = strategy === undefined || strategy === 'auth0'
  return [isOwn ? own : undefined, ...ids].filter((id) => id !== undefined)
}

function identitiesIn(raw: Raw): readonly Raw[] {
  return list(raw, 'identities').filter(isObject)
}

/** Newer files of hashes have it among the identifiers alone. */
function addressIn(raw: Raw): string | undefined {
  const identifiers = list(raw, 'identifiers').filter(isObject)
  const identifier = identifiers.find(({ type }) => type === 'email')
  return (text(raw, 'email') ?? text(identifier ?? {}, 'value'))?.toLowerCase()
}

function profileIn(raw: Raw): Raw {
  const { name, given_name, family_name, nickname, picture } = raw
  return { name, given_name, family_name, nickname, picture }
}

/** An object; in CSV its members are columns, such as `user_metadata.country`. */
function nested(raw: Raw, name: string): Raw {
  const columns = Object.entries(raw).filter(([column]) => column.startsWith(`${name}.`))
  const cells = columns.map(([column, value]) => [column.slice(name.length + 1), value])
  return { ...members(raw, name), ...stated(Object.fromEntries(cells)) }
}

function lossesIn(raw: Raw, phone: string | undefined): Loss[] {
  const id = text(raw, 'user_id') ?? ''
  const others = identitiesIn(raw).filter(({ provider }) => provider !== 'auth0')
  return lossesOf({
    second_factor: [...list(raw, 'multifactor'), ...list(raw, 'mfa_factors')].length > 0,
    provider: others.length > 0 || (id.includes('|') && !id.startsWith('auth0|')),
    phone: phone !== undefined,
  })
}

/** Auth0's CSV has one before each text, so that no spreadsheet takes it for a formula. */
function withoutApostrophes(raw: Raw): Raw {
  const names = [raw.user_id, raw.email, raw.username].filter(
    (name) => name !== undefined && name !== '',
  )
  if (names.length === 0 || !names.every(isMarked)) return raw
  return Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, isMarked(value) ? value.slice(1) : value]),
  )
}

function isMarked(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith("'")
}
