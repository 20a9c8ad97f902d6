import type { Claims } from '@latchkey/guard'
import type { Store } from '../store/open.js'
import type { SessionId } from '../store/schema.js'
import { auditEntry, type Origin } from './audit.js'
import type { Client } from './clients.js'
import type { Clock } from './clock.js'
import type { PresentedTokens } from './presented-tokens.js'
import type { Revocations } from './revocations.js'
import { foreignToken, type Sessions } from './sessions.js'
import type { StatusLists } from './status-lists.js'

interface Dependencies {
  store: Store
  tokens: PresentedTokens
  sessions: Sessions
  revocations: Revocations
  statusLists: StatusLists
  clock: Clock
}

/** Token revocation (RFC 7009): any token of a session, current or old, ends the session. */
export class TokenRevocation {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Resolves when it is durable, and for what is no token of ours at once (RFC 7009 section 2.2).
   *
   * @throws Refusal `token_of_another_client`, whose token stays whole
   */
  async revoke(token: string, client: Client, origin: Origin): Promise<void> {
    const { tokens, sessions } = this.#deps
    const presented = await tokens.identify(token)
    if (presented === undefined) return
    if (presented.kind === 'refresh') {
      return sessions.endByToken(presented.claim.sessionId, client, origin)
    }
    const { claims } = presented
    const { sid, jti, client_id } = claims
    if (client_id !== client.id) throw foreignToken()
    if (sid !== undefined) return sessions.endByToken(sid as SessionId, client, origin)
    if (jti !== undefined) return this.#endToken(jti, claims, origin)
  }

  /** A client's own token has no session: it is an entry of its own (checklist F05). */
  async #endToken(jti: string, claims: Claims, origin: Origin): Promise<void> {
    const { store, revocations, statusLists, clock } = this.#deps
    const clientId = claims.client_id ?? ''
    const entry = auditEntry('token_ended', clock(), origin, { clientId })
    await store.changes.endToken(jti, entry, statusLists.placeOf(claims))
    revocations.tokenEnded(jti)
  }
}
