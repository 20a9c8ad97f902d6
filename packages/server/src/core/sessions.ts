import type { Store } from '../store/open.js'
import type { SessionId, SessionRow, UserRow } from '../store/schema.js'
import type { AccessTokens } from './access-tokens.js'
import { auditEntry, type Origin } from './audit.js'
import type { Client } from './clients.js'
import type { Clock } from './clock.js'
import { randomId } from './random.js'

/** What a token request is answered with. */
export interface TokenAnswer {
  accessToken: string
  /** Seconds. */
  expiresIn: number
  scopes: readonly string[]
}

interface Opening {
  user: UserRow
  client: Client
  /** As asked for; undefined lets the session follow what user and client have. */
  scope: string | undefined
  scopes: readonly string[]
  /** Authentication methods (RFC 8176). */
  methods: readonly string[]
  origin: Origin
}

export class Sessions {
  readonly #store: Store
  readonly #accessTokens: AccessTokens
  readonly #clock: Clock

  constructor(deps: { store: Store; accessTokens: AccessTokens; clock: Clock }) {
    this.#store = deps.store
    this.#accessTokens = deps.accessTokens
    this.#clock = deps.clock
  }

  /** A new session at each sign-in, never an old one continued (checklist E11). */
  async open({ user, client, scope, scopes, methods, origin }: Opening): Promise<TokenAnswer> {
    const now = this.#clock()
    const session: SessionRow = {
      id: randomId() as SessionId,
      user_id: user.id,
      client_id: client.id,
      scope: scope === undefined ? null : scopes.join(' '),
      counter: 0,
      amr: methods.join(' '),
      authenticated_at: now,
      created_at: now,
      last_used_at: now,
      ended_at: null,
      ended_why: null,
    }
    const subject = { userId: user.id, sessionId: session.id, clientId: client.id }
    await this.#store.sessions.open(
      session,
      auditEntry('sign_in', now, { ...origin, actor: `user:${user.id}` }, subject),
    )
    return {
      accessToken: this.#accessTokens.issue(user, session, scopes, now),
      expiresIn: this.#accessTokens.lifetime,
      scopes,
    }
  }
}
