import type { Store } from '../store/open.js'
import type { AccessTokens } from './access-tokens.js'
import { auditEntry, type Origin } from './audit.js'
import type { Client } from './clients.js'
import type { Clock } from './clock.js'
import type { CustomClaims } from './custom-claims.js'
import { grantScopes } from './scopes.js'
import type { TokenAnswer } from './sessions.js'
import type { StatusPlaces } from './status-places.js'

interface Dependencies {
  store: Store
  accessTokens: AccessTokens
  statusPlaces: StatusPlaces
  claims: CustomClaims
  clock: Clock
}

/** A client that acts for itself (RFC 6749 section 4.4): no user, no session, no refresh token. */
export class ClientSignIn {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @throws Refusal `scope_not_allowed` */
  async run(client: Client, scope: string | undefined, origin: Origin): Promise<TokenAnswer> {
    const { store, accessTokens, statusPlaces, claims, clock } = this.#deps
    const scopes = grantScopes(scope, client.scopes ?? [])
    const custom = await claims.of(undefined, client)
    const place = await statusPlaces.take()
    const now = clock()
    const lifetime = client.lifetimes.accessToken
    const by = { ...origin, actor: `client:${client.id}` }
    await store.audit.append(auditEntry('client_token', now, by, { clientId: client.id }))
    const { id } = client
    return {
      accessToken: await accessTokens.issueForClient(id, scopes, lifetime, now, place, custom),
      expiresIn: lifetime,
      scopes,
    }
  }
}
