import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { SessionInContext } from '../store/rotations.js'
import type { Origin } from './audit.js'
import { type Client, type Clients, scopesFor } from './clients.js'
import { judgeRefresh, type RefreshVerdict } from './judge-refresh.js'
import type { RefreshKeys } from './refresh-keys.js'
import { openRefreshToken, type RefreshClaim } from './refresh-tokens.js'
import { grantScopes, parseScope, scopesOfUser } from './scopes.js'
import type { Sessions, TokenAnswer } from './sessions.js'
import type { StatusLists } from './status-lists.js'
import type { StatusPlaces } from './status-places.js'
import { Turnstile } from './turnstile.js'

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
  sessions: Sessions
  statusLists: StatusLists
  statusPlaces: StatusPlaces
  refreshKeys: RefreshKeys
  /** Milliseconds for which the token before the current one is answered again. */
  grace: number
}

/** Staying signed in: refresh tokens that rotate at each use. */
export class Refresh {
  readonly #deps: Dependencies
  readonly #turnstile = new Turnstile(4)

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * The refresh grant (RFC 6749 section 6), with a new refresh token each time.
   *
   * @throws Refusal `refresh_token_dead`, `scope_not_allowed`
   */
  async run(request: RefreshRequest): Promise<TokenAnswer> {
    await this.#turnstile.pass()
    const claim = openRefreshToken(request.token, this.#deps.refreshKeys.byId)
    // Forged and malformed ones end here, with no database touched.
    if (claim === undefined) throw dead()
    // Whoever loses the race for a step finds it taken at the second look; the scopes may change, too.
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const answer = await this.#try(request, claim)
      if (answer !== undefined) return answer
    }
    throw dead()
  }

  /**
   * @returns undefined if somebody else took the step between the look and the attempt, or what the
   *   token may hold changed
   */
  async #try(request: RefreshRequest, claim: RefreshClaim): Promise<TokenAnswer | undefined> {
    const { client, origin } = request
    const { store, sessions } = this.#deps
    const session = await store.sessions.findInContext(claim.sessionId)
    if (session === undefined) throw dead()
    switch (this.#judge(session, claim, client)) {
      case 'rotate': {
        const scopes = effectiveScopes(session, client, request.scope)
        const claims = await sessions.claimsOf(session.user_id, client)
        const stepped = await this.#advance(session)
        const content = { scopes, claims, counter: claim.counter + 1 }
        return stepped && sessions.answer(stepped, session.username_key, client, content)
      }
      case 'repeat': {
        const scopes = effectiveScopes(session, client, request.scope)
        const claims = await sessions.claimsOf(session.user_id, client)
        await store.audit.append(sessions.entry('refresh_repeated', session, origin))
        const content = { scopes, claims, counter: session.counter }
        return sessions.answer(session, session.username_key, client, content)
      }
      case 'theft':
        await sessions.end(session, 'refresh_reused', 'refresh_reused', origin)
        throw dead()
      case 'rolled_back':
        await sessions.end(session, 'refresh_rolled_back', 'rolled_back', origin)
        throw dead()
      default:
        throw dead()
    }
  }

  /**
   * The tokens of a session that is marked take a new place, because the old one refuses them; so do
   * those of one that has none, or whose list is gone with all its tokens.
   */
  async #advance(session: SessionInContext): Promise<SessionInContext | undefined> {
    const { store, statusLists, statusPlaces } = this.#deps
    const { id, counter, claims_changed: mark, status_list: list } = session
    const isInPlace = mark === 0 && list !== null && !statusLists.isGone(list)
    if (isInPlace) return (await store.sessions.advance(id, counter)) ? session : undefined
    const place = await statusPlaces.take()
    const isDone = await store.sessions.advance(id, counter, { mark, place })
    return isDone ? { ...session, status_list: place.list, status_index: place.index } : undefined
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

  #judge(session: SessionInContext, claim: RefreshClaim, client: Client): RefreshVerdict {
    const limits = {
      grace: this.#deps.grace,
      idle: client.lifetimes.refreshIdle * 1000,
      absolute: client.lifetimes.session * 1000,
    }
    return judgeRefresh(session, claim, client.id, session.now, limits)
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

/** One answer for all: who holds a dead token learns nothing of why. */
function dead(): Refusal {
  return new Refusal('refresh_token_dead', { message: 'The refresh token is not valid any more' })
}

/** One more than a race of two and a change of scopes can take. */
const attempts = 4
