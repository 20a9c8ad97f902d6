import type { Claims } from './claims.js'

/**
 * Who is calling: what a guard makes of an accepted token. Frozen, and shared between requests.
 * `Scope` are the scopes that the guard was told of, any text otherwise.
 */
export interface Principal<Scope extends string = string> {
  /** The user's id (or name), or the client's where a client speaks for itself: the claim `sub`. */
  readonly subject: string
  readonly clientId: string | undefined
  readonly scopes: GrantedScopes<Scope>
  /** The session that the token belongs to: the claim `sid`. */
  readonly sessionId: string | undefined
  /** Seconds since 1970: the claim `exp`. */
  readonly expiresAt: number
  readonly claims: Claims
}

/** A token may have scopes that this API knows nothing of, so any text may be among them. */
export interface GrantedScopes<Scope extends string> extends ReadonlyArray<string> {
  includes(scope: Scope, fromIndex?: number): boolean
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
