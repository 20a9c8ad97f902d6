import type { Claims } from './claims.js'

/** Who is calling: what a guard makes of an accepted token. Frozen, and shared between requests. */
export interface Principal {
  /** The user's id (or name), or the client's where a client speaks for itself: the claim `sub`. */
  readonly subject: string
  readonly clientId: string | undefined
  readonly scopes: readonly string[]
  /** The session that the token belongs to: the claim `sid`. */
  readonly sessionId: string | undefined
  /** Seconds since 1970: the claim `exp`. */
  readonly expiresAt: number
  readonly claims: Claims
}

export function principalOf(claims: Claims): Principal {
  return Object.freeze({
    subject: claims.sub,
    clientId: claims.client_id,
    scopes: Object.freeze(claims.scope?.split(' ').filter((scope) => scope !== '') ?? []),
    sessionId: claims.sid,
    expiresAt: claims.exp,
    claims,
  })
}
