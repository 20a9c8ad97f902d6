import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { Instant, SessionId, SessionRow, UserId, UserRow } from '../store/schema.js'
import type { SessionInContext } from '../store/sessions.js'
import type { AccessTokens } from './access-tokens.js'
import { type AuditEvent, auditEntry, type Origin } from './audit.js'
import { type Client, type Clients, scopesFor } from './clients.js'
import type { Clock } from './clock.js'
import { judgeRefresh, type RefreshVerdict } from './judge-refresh.js'
import { randomId } from './random.js'
import type { RefreshKeys } from './refresh-keys.js'
import { openRefreshToken, type RefreshClaim, sealRefreshToken } from './refresh-tokens.js'
import type { Revocations } from './revocations.js'
import { grantScopes, parseScope, scopesOfUser } from './scopes.js'

/** What a token request is answered with. */
export interface TokenAnswer {
  accessToken: string
  /** Seconds. */
  expiresIn: number
  scopes: readonly string[]
  /** Absent where the client may not refresh. */
  refreshToken?: string
}

interface Opening {
  user: UserRow & { password_at: Instant | null }
  client: Client
  /** As asked for; undefined lets the session follow what user and client have. */
  scope: string | undefined
  scopes: readonly string[]
  /** Authentication methods (RFC 8176). */
  methods: readonly string[]
  origin: Origin
}

export interface RefreshRequest {
  token: string
  client: Client
  /** Narrows the access token, and nothing else. */
  scope: string | undefined
  origin: Origin
}

/** A refresh token that would be taken now. */
export interface RefreshableToken {
  session: SessionInContext
  scopes: readonly string[]
  /** Seconds since 1970. */
  expiresAt: number
}

interface Dependencies {
  store: Store
  clients: Clients
  accessTokens: AccessTokens
  refreshKeys: RefreshKeys
  revocations: Revocations
  clock: Clock
  /** Milliseconds for which the token before the current one is answered again. */
  grace: number
}

/** Signed-in users, from sign-in to sign-out. */
export class Sessions {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * A new session at each sign-in, never an old one continued (checklist E11).
   *
   * @throws Refusal `wrong_credentials` if the user was disabled, or their password changed, just now
   */
  async open({ user, client, scope, scopes, methods, origin }: Opening): Promise<TokenAnswer> {
    const { store, clock } = this.#deps
    const now = clock()
    const session: SessionRow = {
      id: randomId() as SessionId,
      user_id: user.id,
      client_id: client.id,
      scope: scope === undefined ? null : scopes.join(' '),
      counter: 0,
      epoch: 0,
      amr: methods.join(' '),
      authenticated_at: now,
      created_at: now,
      last_used_at: now,
      rotated_at: null,
      password_at: user.password_at,
      address: origin.address ?? null,
      user_agent: origin.userAgent ?? null,
      ended_at: null,
      ended_why: null,
    }
    const entry = this.#entry('sign_in', session, { ...origin, actor: `user:${user.id}` })
    if (!(await store.sessions.open(session, entry))) {
      throw new Refusal('wrong_credentials', { message: 'Incorrect username or password' })
    }
    return this.#answer(session, user.username_key, client, scopes, session.counter)
  }

  /**
   * The refresh grant (RFC 6749 section 6), with a new refresh token each time.
   *
   * @throws Refusal `refresh_token_dead`, `scope_not_allowed`
   */
  async refresh(request: RefreshRequest): Promise<TokenAnswer> {
    const claim = openRefreshToken(request.token, this.#deps.refreshKeys.byId)
    // Forged and malformed ones end here, with no database touched.
    if (claim === undefined) throw dead()
    // Whoever loses the race for a step finds it taken at the second look.
    return (
      (await this.#tryRefresh(request, claim)) ??
      (await this.#tryRefresh(request, claim)) ??
      refuse()
    )
  }

  /** @returns undefined if somebody else took the step between the look and the attempt */
  async #tryRefresh(
    request: RefreshRequest,
    claim: RefreshClaim,
  ): Promise<TokenAnswer | undefined> {
    const { client, origin } = request
    const session = await this.#deps.store.sessions.findInContext(claim.sessionId)
    if (session === undefined) throw dead()
    const verdict = this.#judge(session, claim, client)
    switch (verdict) {
      case 'rotate': {
        const scopes = effectiveScopes(session, client, request.scope)
        if (!(await this.#deps.store.sessions.advance(session.id, claim.counter))) return undefined
        return this.#answer(session, session.username_key, client, scopes, claim.counter + 1)
      }
      case 'repeat': {
        const scopes = effectiveScopes(session, client, request.scope)
        await this.#deps.store.audit.append(this.#entry('refresh_repeated', session, origin))
        return this.#answer(session, session.username_key, client, scopes, session.counter)
      }
      case 'theft':
        await this.#end(session, 'refresh_reused', this.#entry('refresh_reused', session, origin))
        throw dead()
      case 'rolled_back':
        await this.#end(session, 'rolled_back', this.#entry('refresh_rolled_back', session, origin))
        throw dead()
      default:
        throw dead()
    }
  }

  #judge(session: SessionInContext, claim: RefreshClaim, client: Client): RefreshVerdict {
    const limits = {
      grace: this.#deps.grace,
      idle: client.lifetimes.refreshIdle * 1000,
      absolute: client.lifetimes.session * 1000,
    }
    return judgeRefresh(session, claim, client.id, session.now, limits)
  }

  #answer(
    session: SessionRow,
    usernameKey: string,
    client: Client,
    scopes: readonly string[],
    counter: number,
  ): TokenAnswer {
    const { accessTokens, refreshKeys, clock } = this.#deps
    const user = { id: session.user_id, username_key: usernameKey }
    const answer = {
      accessToken: accessTokens.issueForSession(
        user,
        session,
        scopes,
        client.lifetimes.accessToken,
        clock(),
      ),
      expiresIn: client.lifetimes.accessToken,
      scopes,
    }
    if (!client.grants.includes('refresh_token')) return answer
    const claim = { sessionId: session.id, epoch: session.epoch, counter }
    return { ...answer, refreshToken: sealRefreshToken(claim, refreshKeys.newest) }
  }

  /** What a refresh token is good for now, without using it; undefined for one that is good for nothing. */
  async findRefreshable(claim: RefreshClaim): Promise<RefreshableToken | undefined> {
    const session = await this.#deps.store.sessions.findInContext(claim.sessionId)
    const client = session && (await this.#deps.clients.find(session.client_id))
    if (session === undefined || client === undefined) return undefined
    const verdict = this.#judge(session, claim, client)
    if (verdict !== 'rotate' && verdict !== 'repeat') return undefined
    const { refreshIdle, session: longest } = client.lifetimes
    const idleEnd = session.last_used_at / 1000 + refreshIdle
    return {
      session,
      scopes: effectiveScopes(session, client, undefined),
      expiresAt: Math.floor(Math.min(idleEnd, session.created_at / 1000 + longest)),
    }
  }

  /** The live sessions of a user, newest first. */
  listOf(userId: UserId, page: { limit: number; after?: string }) {
    return this.#deps.store.sessions.list({ ...page, userId })
  }

  list(page: { limit: number; after?: string }) {
    return this.#deps.store.sessions.list(page)
  }

  /** @throws Refusal `session_unknown` where it has ended, never was, or is not this user's */
  async endOne(id: string, why: string, origin: Origin, ownedBy?: UserId): Promise<void> {
    const session = isSessionId(id) ? await this.#deps.store.sessions.find(id) : undefined
    const isTheirs = ownedBy === undefined || session?.user_id === ownedBy
    if (session === undefined || session.ended_at !== null || !isTheirs) {
      throw new Refusal('session_unknown', { message: 'There is no such session' })
    }
    await this.#end(session, why, this.#entry('session_ended', session, origin, why))
  }

  /** Ends all sessions of a user. @returns how many there were */
  async endAll(userId: UserId, why: string, origin: Origin): Promise<number> {
    const { store, clock, revocations } = this.#deps
    const event = auditEntry('session_ended', clock(), origin, {
      userId,
      detail: { why, all: true },
    })
    const ended = await store.sessions.endAll({ userId, why, event })
    revocations.sessionsEnded(ended)
    return ended.length
  }

  /** Ends the session that a token belongs to, if it is this client's (RFC 7009 section 2.1). */
  async endByToken(id: SessionId, client: Client, origin: Origin): Promise<void> {
    const session = await this.#deps.store.sessions.find(id)
    if (session === undefined) return
    if (session.client_id !== client.id) throw foreignToken()
    await this.#end(
      session,
      'signed_out',
      this.#entry('session_ended', session, origin, 'signed_out'),
    )
  }

  async #end(
    session: SessionRow,
    why: string,
    event: ReturnType<typeof auditEntry>,
  ): Promise<void> {
    await this.#deps.store.sessions.end(session.id, why, event)
    this.#deps.revocations.sessionsEnded([session.id])
  }

  #entry(event: AuditEvent, session: SessionRow, origin: Origin, why?: string) {
    const { id: sessionId, user_id: userId, client_id: clientId } = session
    return auditEntry(event, this.#deps.clock(), origin, {
      userId,
      sessionId,
      clientId,
      ...(why !== undefined && { detail: { why } }),
    })
  }
}

/**
 * What a session's next access token may hold: what user and client have now, never more than it
 * was opened with, and less where less is asked for (checklist E07, E09).
 */
function effectiveScopes(
  session: SessionInContext,
  client: Client,
  asked: string | undefined,
): string[] {
  const allowed = scopesFor(client, scopesOfUser({ scopes: session.user_scopes }))
  const held = session.scope === null ? grantScopes(undefined, allowed) : parseScope(session.scope)
  const still = held.filter((scope) => allowed.includes(scope))
  return asked === undefined ? still : grantScopes(asked, still)
}

/** PostgreSQL fails at text that it can not hold, such as a NUL: no such text gets there. */
function isSessionId(text: string): text is SessionId {
  return /^[\w-]{1,64}$/.test(text)
}

/** One answer for all: who holds a dead token learns nothing of why. */
function dead(): Refusal {
  return new Refusal('refresh_token_dead', { message: 'The refresh token is not valid any more' })
}

function refuse(): never {
  throw dead()
}

export function foreignToken(): Refusal {
  return new Refusal('token_of_another_client', { message: 'This token is another client’s' })
}
