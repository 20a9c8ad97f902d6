import { AuthError, signedOut } from './auth-error.js'
import type { CurrentSession } from './current-session.js'
import { delay } from './deadline.js'
import type { Clock } from './lifetime.js'
import { isNewer, type Session } from './session.js'
import type { TokenAnswer, TokenEndpoint } from './token-endpoint.js'

interface Dependencies {
  readonly current: CurrentSession
  readonly endpoint: TokenEndpoint
  readonly clock: Clock
  /** Runs alone among all who share the session, or after a while without that. */
  readonly exclusively: <T>(run: () => Promise<T>) => Promise<T>
}

/**
 * From the first attempt to the last. A lost answer is answered again for 30 seconds
 * (`LATCHKEY_REFRESH_GRACE`); a later repeat would look like theft.
 */
const timeForAttempts = 15_000
const firstPause = 300
/** After a failure, so that not every request of the app asks again. */
const restAfterFailure = 2_000
const longestRest = 60_000

/** Refreshes once for all who ask at a time. */
export class Refresh {
  readonly #deps: Dependencies
  #running: Promise<Session> | undefined
  #failure: { readonly error: unknown; readonly until: number } | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * @param stale what the caller has, and could not use
   * @returns a newer one
   * @throws AuthError `signed_out`, or why the server gave no answer, after which `stale` still holds
   */
  async run(stale: Session): Promise<Session> {
    const { current, clock } = this.#deps
    if (current.session && isNewer(current.session, stale)) return current.session
    if (this.#failure && clock.elapsed() < this.#failure.until) throw this.#failure.error
    this.#running ??= this.#start(stale).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #start(stale: Session): Promise<Session> {
    try {
      const session = await this.#deps.exclusively(() => this.#attempts(stale))
      this.#failure = undefined
      return session
    } catch (error) {
      const rest = Math.min(retryAfterOf(error) ?? restAfterFailure, longestRest)
      this.#failure = { error, until: this.#deps.clock.elapsed() + rest }
      throw error
    }
  }

  async #attempts(stale: Session): Promise<Session> {
    const { clock } = this.#deps
    const end = clock.elapsed() + timeForAttempts
    for (let pause = firstPause; ; pause *= 3) {
      try {
        return await this.#attempt(stale)
      } catch (error) {
        if (!isPassing(error)) throw error
        const wait = (retryAfterOf(error) ?? pause) * (1 + clock.random() / 2)
        if (clock.elapsed() + wait > end) {
          // The time may have passed while this tab was frozen, and others were not.
          const newer = await this.#newerThan(stale)
          if (newer) return newer
          throw error
        }
        await delay(wait)
      }
    }
  }

  async #attempt(stale: Session): Promise<Session> {
    const { current, endpoint, clock } = this.#deps
    // Before each: a tab that was frozen meanwhile must not present what others have used.
    const session = await current.sync()
    if (!session) throw signedOut()
    if (isNewer(session, stale)) return session
    try {
      const answer = await endpoint.refresh(session.refreshToken)
      const next = await current.advance(sessionAfter(session, answer, clock))
      if (next) return next
    } catch (error) {
      // It is over, unless another tab was faster and has what came after.
      if (!isRefused(error)) throw error
      const newer = await this.#newerThan(session)
      if (newer) return newer
      await current.end(session.id)
    }
    throw signedOut()
  }

  async #newerThan(session: Session): Promise<Session | undefined> {
    const present = await this.#deps.current.sync()
    return present && isNewer(present, session) ? present : undefined
  }
}

function sessionAfter(session: Session, answer: TokenAnswer, { now }: Clock): Session {
  return { ...session, ...answer, step: session.step + 1, receivedAt: now() }
}

/** RFC 6749 section 5.2: of all refusals this one alone says that the session is over. */
function isRefused(error: unknown): boolean {
  return error instanceof AuthError && error.error === 'invalid_grant'
}

/** Nobody is signed out by these. */
function isPassing(error: unknown): boolean {
  return error instanceof AuthError && passing.includes(error.code)
}

const passing = ['unreachable', 'unavailable', 'too_many_attempts', 'unexpected_answer']

/** Milliseconds. */
function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof AuthError && error.retryAfter !== undefined) return error.retryAfter * 1000
  return undefined
}
