import { Refusal } from '../../errors.js'
import type { Instant, UserId, UserRow } from '../../store/schema.js'
import type { ImportedUser } from '../../store/user-imports.js'
import { metadataText } from '../metadata.js'
import { namesOf } from '../new-names.js'
import { readHash } from '../passwords/formats.js'
import { whyUnreadable } from '../passwords/unreadable.js'
import { randomHexId } from '../random.js'
import { checkGrantable, parseScope } from '../scopes.js'
import type { IncomingUser } from './incoming.js'

export interface Candidate extends ImportedUser {
  /** Whether the id came with the user. */
  readonly keepsId: boolean
  /** Of the hash; `none` where there is no password. */
  readonly format: string
}

/**
 * The user that an incoming one becomes, by the rules for all users.
 *
 * @param id of who brings none along
 * @throws Refusal `username_unusable`, `email_unusable`, `scope_not_allowed`, `field_unusable`
 */
export function candidateOf(
  incoming: IncomingUser,
  now: Instant,
  definedScopes: ReadonlyMap<string, string>,
  id = randomHexId() as UserId,
): Candidate {
  const { scopes = [], passwordHash, createdAt = now, emailVerified, disabled } = incoming
  checkGrantable(scopes, definedScopes)
  const names = namesOf(incoming)
  const row: UserRow = {
    id: incoming.id ?? id,
    ...names,
    email_verified: emailVerified && names.email !== null ? 1 : 0,
    disabled: disabled ? 1 : 0,
    scopes: parseScope(scopes.join(' ')).join(' '),
    metadata: metadataText('metadata', incoming.metadata ?? {}),
    admin_metadata: metadataText('admin_metadata', incoming.adminMetadata ?? {}),
    created_at: createdAt < now ? createdAt : now,
    updated_at: now,
  }
  return {
    row,
    keepsId: incoming.id !== undefined,
    hash: passwordHash ?? null,
    format: formatOf(passwordHash),
  }
}

/** @throws Refusal `field_unusable` for what can't be verified, or only at too high a price (checklist G07) */
function formatOf(hash: string | undefined): string {
  if (hash === undefined) return 'none'
  const readable = readHash(hash)
  if (readable !== undefined) return readable.format.name
  const message = whyUnreadable(hash) ?? 'The hash can not be read'
  throw new Refusal('field_unusable', { message, fields: ['password_hash'] })
}
