import { type Claims, type Guard, Refusal as GuardRefusal } from '@latchkey/guard'
import type { Store } from '../store/open.js'
import type { SessionId } from '../store/schema.js'
import { isReserved } from './claim-names.js'
import type { Clients } from './clients.js'
import type { Identity } from './identity.js'
import type { PresentedTokens } from './presented-tokens.js'
import type { Refresh } from './refresh.js'
import type { RefreshClaim } from './refresh-tokens.js'
import { isOutdated, type StatusLists } from './status-lists.js'

/** Who asks: a client about its own tokens, or one that may ask about all. */
export type Asker = { clientId: string } | 'may_ask_about_all'

/** An answer by RFC 7662 section 2.2. */
export type TokenDescription = { active: false } | ({ active: true } & Record<string, unknown>)

interface Dependencies {
  store: Store
  tokens: PresentedTokens
  clients: Clients
  refresh: Refresh
  identity: Identity
  statusLists: StatusLists
  guard: Guard
}

const inactive: TokenDescription = { active: false }

/** Token introspection (RFC 7662), which looks at the session and the user as well as at the token. */
export class Introspection {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  async describe(token: string, asker: Asker): Promise<TokenDescription> {
    const presented = await this.#deps.tokens.identify(token)
    if (presented === undefined) return inactive
    return presented.kind === 'refresh'
      ? this.#describeRefreshToken(presented.claim, asker)
      : this.#describeAccessToken(token, asker)
  }

  /** Whether who holds a verified token still may: other nodes can have ended it a moment ago. */
  async stands(claims: Claims): Promise<boolean> {
    return (await this.#holderOf(claims)) !== undefined
  }

  async #describeAccessToken(token: string, asker: Asker): Promise<TokenDescription> {
    const claims = await this.#verify(token)
    if (claims === undefined || !maySee(asker, claims.client_id)) return inactive
    const holder = await this.#holderOf(claims)
    return holder === undefined ? inactive : described(claims, holder.username)
  }

  async #verify(token: string): Promise<Claims | undefined> {
    try {
      return (await this.#deps.guard.verify(token)).claims
    } catch (error) {
      if (error instanceof GuardRefusal) return undefined
      throw error
    }
  }

  /** @returns undefined where the client, the user or the session is no good any more */
  async #holderOf(claims: Claims): Promise<{ username?: string } | undefined> {
    const { client_id: clientId = '' } = claims
    if ((await this.#deps.clients.find(clientId)) === undefined) return undefined
    if (claims.sub === clientId) {
      const ended = await this.#deps.store.changes.hasEndedToken(claims.jti ?? '')
      return ended ? undefined : {}
    }
    const username = await this.#usernameBehind(claims)
    return username === undefined ? undefined : { username }
  }

  async #usernameBehind(claims: Claims): Promise<string | undefined> {
    const { store, identity, statusLists } = this.#deps
    const { sub, sid } = claims
    const caller = await store.users.findCaller(identity.userOf(sub), sid as SessionId | undefined)
    if (caller === undefined || caller.sessionEnded || caller.user.disabled === 1) return undefined
    return isOutdated(caller, statusLists.placeOf(claims)) ? undefined : caller.user.username
  }

  async #describeRefreshToken(claim: RefreshClaim, asker: Asker): Promise<TokenDescription> {
    const { refresh, identity } = this.#deps
    const token = await refresh.findRefreshable(claim)
    if (token === undefined || !maySee(asker, token.session.client_id)) return inactive
    const { session, scopes, expiresAt } = token
    return {
      active: true,
      token_type: 'refresh_token',
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      client_id: session.client_id,
      username: session.username,
      sub: identity.subjectOf({ id: session.user_id, username_key: session.username_key }),
      iss: identity.issuer,
      iat: Math.floor((session.rotated_at ?? session.created_at) / 1000),
      exp: expiresAt,
      sid: session.id,
    }
  }
}

function maySee(asker: Asker, clientId: string | undefined): boolean {
  return asker === 'may_ask_about_all' || asker.clientId === clientId
}

function described(claims: Claims, username?: string): TokenDescription {
  const { scope, client_id, sub, aud, iss, exp, iat, jti, sid } = claims
  // Those that an app has added; none of them has the name of a member of this answer.
  const custom = Object.entries(claims).filter(([name]) => !isReserved(name))
  return {
    ...Object.fromEntries(custom),
    active: true,
    token_type: 'bearer',
    ...(scope !== undefined && { scope }),
    client_id,
    ...(username !== undefined && { username }),
    sub,
    ...(aud !== undefined && { aud }),
    iss,
    exp,
    iat,
    jti,
    ...(sid !== undefined && { sid }),
  }
}
