import { isObject } from '../core/metadata.js'
import type { IncomingUser } from '../core/user-import/incoming.js'
import { stated, unusable } from './fields.js'
import type { FoundUser } from './systems/system.js'

/** What whoever imports decides for all users of a file. */
export interface Choices {
  /** What they sign in with: `email`, or the username where they have one. */
  readonly username?: 'email' | undefined
  /** Whether every address counts as proved. */
  readonly emailsVerified?: boolean | undefined
  /** False to leave behind what the system keeps of users besides. */
  readonly metadata?: boolean | undefined
}

/** @throws Refusal `field_unusable` for who has nothing to sign in with */
export function chosen(
  { origin, ...user }: FoundUser,
  { username: which, emailsVerified = false, metadata = true }: Choices,
): IncomingUser {
  const username = which === 'email' ? user.email : (user.username ?? user.email)
  if (username === undefined) {
    throw which === 'email' ? unusable('email', 'there') : unusable('username', 'there, or email')
  }
  return {
    ...user,
    username,
    emailVerified: emailsVerified ? true : user.emailVerified,
    metadata: metadata ? user.metadata : undefined,
    adminMetadata: withOrigin(metadata ? user.adminMetadata : undefined, origin),
  }
}

function withOrigin(adminMetadata: unknown, origin: FoundUser['origin']): unknown {
  if (origin === undefined) return adminMetadata
  return stated({ ...(isObject(adminMetadata) ? adminMetadata : {}), ...origin })
}
