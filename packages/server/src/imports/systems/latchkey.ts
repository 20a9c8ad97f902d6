import type { UserId } from '../../store/schema.js'
import { flag, json, neededText, text, time, unusable } from '../fields.js'
import type { Raw } from '../raw.js'
import type { System } from './system.js'

const members: readonly string[] = [
  'username',
  'email',
  'email_verified',
  'disabled',
  'scopes',
  'password_hash',
  'created_at',
  'metadata',
  'admin_metadata',
  'id',
]

/** The form of our own (contract, section 8), in NDJSON or with the same names as columns. */
export const latchkey: System = {
  title: 'Latchkey',
  members,
  needs: [['username']],
  read(raw) {
    refuseUnknown(raw)
    return {
      user: {
        id: idIn(raw),
        username: neededText(raw, 'username'),
        email: text(raw, 'email'),
        emailVerified: flag(raw, 'email_verified'),
        disabled: flag(raw, 'disabled'),
        scopes: scopesIn(raw),
        passwordHash: text(raw, 'password_hash'),
        createdAt: time(raw, 'created_at'),
        metadata: json(raw, 'metadata'),
        adminMetadata: json(raw, 'admin_metadata'),
      },
    }
  },
}

/** A misspelt `dissabled` would let somebody in. */
function refuseUnknown(raw: Raw): void {
  const name = Object.keys(raw).find((member) => !members.includes(member))
  if (name !== undefined) throw unusable(`"${name}"`, `left out: a user has ${members.join(', ')}`)
}

/** What an export has given. An id of another form would be a subject that may mean something else. */
function idIn(raw: Raw): UserId | undefined {
  const id = text(raw, 'id')
  if (id === undefined || /^[0-9a-f]{32}$/.test(id)) return id as UserId | undefined
  throw unusable('id', 'one that Latchkey has given, or left out')
}

/** A list, or in a table one cell of words. */
function scopesIn(raw: Raw): string[] | undefined {
  const { scopes } = raw
  if (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string')) return scopes
  if (scopes === undefined || scopes === null) return undefined
  if (typeof scopes === 'string') return scopes.split(' ').filter(Boolean)
  throw unusable('scopes', 'a list of texts')
}
