import { Refusal } from '../errors.js'
import type { EndReason } from '../store/end-reasons.js'
import type { Store } from '../store/open.js'
import type { Instant, SessionId, SessionRow, UserId, UserRow } from '../store/schema.js'
import type { AccessTokens } from './access-tokens.js'
import { type AuditEvent, auditEntry, type Origin } from './audit.js'
import type { Client, Lifetimes } from './clients.js'
import type { Clock } from './clock.js'
import type { CustomClaims } from './custom-claims.js'
import type { JsonMembers } from './metadata.js'
import { randomId } from './random.js'
import type { RefreshKeys } from './refresh-keys.js'
import { sealRefreshToken } from './refresh-tokens.js'
import type { Revocations } from './revocations.js'
import type { StatusPlaces } from './status-places.js'
import type { Counted } from './throttle.js'

/** What a token request is answered with. */
export interface TokenAnswer {
  accessToken: string
  /** Seconds. */
  expiresIn: number
  scopes: readonly string[]
  /** Absent where the client may not refresh. */
  refreshToken?: string
  /** By which the device is known at its next sign-in. */
  device?: string
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
  /** What was counted before it was known that the secret is right. */
  takesBack?: Counted
}

interface Dependencies {
  store: Store
  accessTokens: AccessTokens
  refreshKeys: RefreshKeys
  revocations: Revocations
  statusPlaces: StatusPlaces
  claims: CustomClaims
  clock: Clock
  /** Of clients that have none of their own. */
  lifetimes: Lifetimes
}

/** What the tokens of a session say. */
interface Content {
  scopes: readonly string[]
  claims: JsonMembers
  /** Of the refresh token. */
  counter: number
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
   * @returns undefined if the user was disabled, or their password or scopes changed, just now
   */
  async open(opening: Opening): Promise<TokenAnswer | undefined> {
    const { user, client, scope, scopes, methods, origin, takesBack } = opening
    const { store, statusPlaces, claims, clock } = this.#deps
    const custom = await claims.of(user, client)
    const place = await statusPlaces.take()
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
      status_list: place.list,
      status_index: place.index,
      claims_changed: 0,
    }
    const entry = this.entry('sign_in', session, { ...origin, actor: `user:${user.id}` })
    const seen = claims.areOfUsers ? user.updated_at : undefined
    if (!(await store.sessions.open(session, user.scopes, entry, { seen, takesBack }))) {
      return undefined
    }
    const content = { scopes, claims: custom, counter: session.counter }
    return this.answer(session, user.username_key, client, content)
  }

  /**
   * What the next access token of a session holds besides its own claims. Asked for before a step is
   * taken: a change that comes between the two marks the session, and the step fails.
   */
  async claimsOf(userId: UserId, client: Client): Promise<JsonMembers> {
    const { store, claims } = this.#deps
    if (!claims.areOfUsers) return {}
    const user = await store.users.findById(userId)
    // Who was deleted has no session either: that is found out by whoever takes the step.
    return user === undefined ? {} : claims.of(user, client)
  }

  /** Both tokens of a session at this step. */
  async answer(
    session: SessionRow,
    usernameKey: string,
    client: Client,
    { scopes, claims, counter }: Content,
  ): Promise<TokenAnswer> {
    const { accessTokens, refreshKeys, clock } = this.#deps
    const user = { id: session.user_id, username_key: usernameKey }
    const answer = {
      accessToken: await accessTokens.issueForSession(
        user,
        session,
        scopes,
        client.lifetimes.accessToken,
        clock(),
        claims,
      ),
      expiresIn: client.lifetimes.accessToken,
      scopes,
    }
    if (!client.grants.includes('refresh_token')) return answer
    const claim = { sessionId: session.id, epoch: session.epoch, counter }
    return { ...answer, refreshToken: sealRefreshToken(claim, refreshKeys.newest) }
  }

  /** The live sessions of a user, newest first. */
  listOf(userId: UserId, page: { limit: number; after?: string }) {
    return this.#deps.store.sessions.list({ ...page, userId, usual: this.#deps.lifetimes })
  }

  list(page: { limit: number; after?: string }) {
    return this.#deps.store.sessions.list({ ...page, usual: this.#deps.lifetimes })
  }

  /** @throws Refusal `session_unknown` where it has ended, never was, or is not this user's */
  async endOne(id: string, why: EndReason, origin: Origin, ownedBy?: UserId): Promise<void> {
    const session = isSessionId(id) ? await this.#deps.store.sessions.find(id) : undefined
    const isTheirs = ownedBy === undefined || session?.user_id === ownedBy
    if (session === undefined || session.ended_at !== null || !isTheirs) {
      throw new Refusal('session_unknown', { message: 'There is no such session' })
    }
    await this.end(session, 'session_ended', why, origin)
  }

  /** Ends all sessions of a user. @returns how many there were */
  async endAll(userId: UserId, why: EndReason, origin: Origin): Promise<number> {
    const { store, clock, revocations } = this.#deps
    const event = auditEntry('session_ended', clock(), origin, {
      userId,
      detail: { why, all: true },
    })
    const ended = await store.sessions.endAll({ userId, why, event })
    await revocations.allEnded(ended)
    return ended.length
  }

  /** Ends the session that a token belongs to, if it is this client's (RFC 7009 section 2.1). */
  async endByToken(id: SessionId, client: Client, origin: Origin): Promise<void> {
    const session = await this.#deps.store.sessions.find(id)
    if (session === undefined) return
    if (session.client_id !== client.id) throw foreignToken()
    await this.end(session, 'session_ended', 'signed_out', origin)
  }

  /** Ends a session, with its entry in the same unit. */
  async end(session: SessionRow, event: AuditEvent, why: EndReason, origin: Origin): Promise<void> {
    const { store, revocations } = this.#deps
    await store.sessions.end(session.id, why, this.entry(event, session, origin, { why }))
    revocations.sessionsEnded([session.id])
  }

  entry(event: AuditEvent, session: SessionRow, origin: Origin, detail?: { why: string }) {
    const { id: sessionId, user_id: userId, client_id: clientId } = session
    const subject = { userId, sessionId, clientId, ...(detail && { detail }) }
    return auditEntry(event, this.#deps.clock(), origin, subject)
  }
}

/** PostgreSQL fails at text that it can not hold, such as a NUL: no such text gets there. */
function isSessionId(text: string): text is SessionId {
  return /^[\w-]{1,64}$/.test(text)
}

export function foreignToken(): Refusal {
  return new Refusal('token_of_another_client', { message: 'This token is another client’s' })
}
