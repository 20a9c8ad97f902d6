import { Refusal } from '../errors.js'
import type { UserRow } from '../store/schema.js'
import { type ClaimMapping, valueAt } from './claim-mapping.js'
import { isReserved } from './claim-names.js'
import type { Client } from './clients.js'
import {
  isObject,
  type Json,
  type JsonMembers,
  metadataOf,
  whyTooLarge,
  whyUnfit,
} from './metadata.js'
import { scopesOfUser } from './scopes.js'

/** The user whom a token is for, as `claims` is told of them. */
export interface ClaimsUser {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly emailVerified: boolean
  readonly scopes: readonly string[]
  /** What users write themselves. */
  readonly metadata: JsonMembers
  /** What only admins write. */
  readonly adminMetadata: JsonMembers
  readonly createdAt: Date
}

/** The client that asks for a token. */
export interface ClaimsClient {
  readonly id: string
}

/**
 * What a token holds besides its own claims: asked at each sign-in and each refresh, and where a
 * client asks for itself, without a user then. At most 4 kB of JSON within five seconds; none of the
 * names that tokens have a meaning for. If it fails, no token is issued, and the answer is 500.
 */
export type ClaimsFunction = (
  user: ClaimsUser | undefined,
  client: ClaimsClient,
) => object | Promise<object>

/** Claims that an app adds to its tokens (checklist A07). */
export class CustomClaims {
  readonly #source: ClaimsFunction | ClaimMapping

  constructor(source: ClaimsFunction | ClaimMapping) {
    this.#source = source
  }

  /** Whether tokens depend on more of the user than their scopes. */
  get areOfUsers(): boolean {
    return typeof this.#source === 'function' || this.#source.size > 0
  }

  /** @throws Error where they are not what claims can be */
  async of(user: UserRow | undefined, client: Client): Promise<JsonMembers> {
    if (typeof this.#source !== 'function') {
      return user && this.areOfUsers ? checked(mapped(this.#source, user)) : {}
    }
    const told = user && toldOf(user)
    try {
      return checked(await inTime(this.#source(told, Object.freeze({ id: client.id }))))
    } catch (cause) {
      // Whatever it throws is a fault of ours, not of the request's.
      throw new Error('The function that makes claims failed', { cause })
    }
  }

  /** Whether a change of metadata is one of claims; where a function makes them, any may be. */
  differ(before: Metadata, after: Metadata): boolean {
    if (typeof this.#source === 'function') {
      return before.metadata !== after.metadata || before.admin_metadata !== after.admin_metadata
    }
    const [one, other] = [mapped(this.#source, before), mapped(this.#source, after)]
    return JSON.stringify(one) !== JSON.stringify(other)
  }

  /** @throws Refusal `field_unusable`, for metadata that no token could hold */
  checkMetadata(user: Metadata): void {
    if (typeof this.#source === 'function') return
    const why = whyTooLarge(mapped(this.#source, user))
    if (why !== undefined) {
      throw new Refusal('field_unusable', { message: `What tokens hold of the metadata ${why}` })
    }
  }
}

type Metadata = Pick<UserRow, 'metadata' | 'admin_metadata'>

/** Seconds, in milliseconds: nobody waits longer for a sign-in. */
const longest = 5000

async function inTime(made: object | Promise<object>): Promise<object> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The claims took more than five seconds')), longest)
  })
  try {
    return await Promise.race([made, late])
  } finally {
    clearTimeout(timer)
  }
}

function mapped(mapping: ClaimMapping, user: Metadata): JsonMembers {
  const roots = {
    metadata: metadataOf(user.metadata),
    admin_metadata: metadataOf(user.admin_metadata),
  }
  const found: [string, Json][] = []
  for (const [claim, { root, path }] of mapping) {
    const value = valueAt(roots[root], path)
    if (value !== undefined) found.push([claim, value])
  }
  return Object.fromEntries(found)
}

/** What a function gives is not to be trusted with the claims that say who it is and what they may do. */
function checked(claims: unknown): JsonMembers {
  if (!isObject(claims)) throw new TypeError('The claims should be an object')
  const given = Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== undefined),
  )
  const reserved = Object.keys(given).find(isReserved)
  if (reserved !== undefined) throw new TypeError(`No claim of one's own can be called ${reserved}`)
  const why = whyUnfit(given) ?? whyTooLarge(given)
  if (why !== undefined) throw new TypeError(`What the claims are ${why}`)
  // A copy: what is signed is what was looked at.
  return JSON.parse(JSON.stringify(given))
}

function toldOf(user: UserRow): ClaimsUser {
  return Object.freeze({
    id: user.id,
    username: user.username,
    email: user.email,
    emailVerified: user.email_verified === 1,
    scopes: scopesOfUser(user),
    metadata: metadataOf(user.metadata),
    adminMetadata: metadataOf(user.admin_metadata),
    createdAt: new Date(user.created_at),
  })
}
