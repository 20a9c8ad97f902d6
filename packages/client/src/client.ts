import { AllowedUrls } from './allowed-urls.js'
import { signedOut } from './auth-error.js'
import { CurrentSession } from './current-session.js'
import { unlessAborted } from './deadline.js'
import { deviceClock } from './lifetime.js'
import { exclusively, type Lock, tabLock } from './lock.js'
import { absolute, isConfidential, originOf } from './origin.js'
import { Refresh } from './refresh.js'
import { GuardedRequest } from './request.js'
import type { Session } from './session.js'
import { localStorage, memoryStorage, type SessionStorage } from './storage.js'
import { type Credentials, type TokenAnswer, TokenEndpoint } from './token-endpoint.js'

/** Where the server is, and what the app brings along. */
export interface ClientOptions {
  /** Where Latchkey is: its issuer. */
  readonly url: string
  /** The client's id, where it is not the built-in one. A secret has no place in an app. */
  readonly clientId?: string
  /** Where the access token may go beside `url`; without it to any https address that the app calls. */
  readonly apis?: readonly string[]
  /** Whether the refresh token travels in a cookie that no script can read. */
  readonly cookie?: boolean
  /** Where the session is kept: by default in the browser's localStorage, elsewhere in memory. */
  readonly storage?: SessionStorage
  /**
   * Where this device keeps what the server knows it by, which stays after a sign-out: by default in the browser's
   * localStorage, elsewhere in memory.
   */
  readonly deviceStorage?: SessionStorage
  /** Told when the storage fails, after which the session lives in memory. */
  readonly onStorageError?: (error: unknown) => void
  /** In place of the platform's. */
  readonly fetch?: typeof globalThis.fetch
}

/** Who is signed in, as far as the app's own session tells. */
export interface User {
  /** What was typed at the sign-in; the account itself is at `GET /users/me`. */
  readonly username: string | undefined
  readonly scopes: readonly string[]
}

/** Told of who is signed in, whenever that changes, in whichever tab. */
export type Listener = (change: { readonly user: User | undefined }) => void

/** How long a tab waits while another refreshes. */
const patience = 10_000

/** Makes a client; one is enough for an app. */
export function createClient(options: ClientOptions): Client {
  return new Client(options)
}

/** Signs a user in, keeps them signed in, and sends requests with their token. */
export class Client {
  /** Fulfilled when the session of an earlier visit is there, if there is one. Never rejects. */
  readonly ready: Promise<void>
  readonly #endpoint: TokenEndpoint
  readonly #current: CurrentSession
  readonly #refresh: Refresh
  readonly #allowed: AllowedUrls
  readonly #fetch: typeof globalThis.fetch
  readonly #url: string
  readonly #hasCookie: boolean
  readonly #listeners = new Set<Listener>()
  #told: User | undefined

  constructor(options: ClientOptions) {
    const { clientId, cookie = false } = options
    this.#url = checkedUrl(options.url)
    const own = `latchkey ${this.#url} ${clientId ?? ''}`.trimEnd()
    const storage = options.storage ?? defaultStorage(own)
    const { name = own } = storage
    const lock: Lock = (run, signal) =>
      storage.exclusively?.(run, signal) ?? tabLock(name, run, signal)
    this.#hasCookie = cookie
    this.#allowed = new AllowedUrls(this.#url, options.apis)
    // Called by itself: browsers refuse a fetch that is called as somebody's method.
    const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    this.#fetch = send
    const deviceStorage = options.deviceStorage ?? defaultStorage(`${own} device`)
    this.#endpoint = new TokenEndpoint({
      url: this.#url,
      fetch: send,
      clientId,
      hasCookie: cookie,
      deviceStorage,
    })
    this.#current = new CurrentSession({
      storage,
      clock: deviceClock,
      onStorageError: options.onStorageError,
      onChange: () => this.#tell(),
    })
    this.#refresh = new Refresh({
      current: this.#current,
      endpoint: this.#endpoint,
      clock: deviceClock,
      exclusively: (run) => exclusively(lock, patience, run),
    })
    this.ready = this.#current.sync().then(() => {})
  }

  /** Who is signed in, as far as is known here; before `ready` nobody. */
  get user(): User | undefined {
    return this.#told
  }

  /**
   * @throws AuthError `wrong_credentials`; `mfa_required` with `factors` and `mfaToken`, to be passed
   *   with the code to another `login`; `too_many_attempts`; `unreachable`; ...
   */
  async login(credentials: Credentials, options: { signal?: AbortSignal } = {}): Promise<void> {
    const answer = await this.#endpoint.signIn(credentials, options.signal)
    await this.#current.begin(sessionOf(credentials, answer))
  }

  /**
   * Signs out: here and in all tabs at once, whatever the server does. Answers whether it has heard; if
   * not, the session ends there by its own time.
   */
  async logout(): Promise<boolean> {
    if (!this.#current.session) await this.ready
    const { session } = this.#current
    if (!session && !this.#hasCookie) return true
    const ended = session && this.#current.end(session.id)
    const token = this.#hasCookie ? undefined : (session?.refreshToken ?? session?.accessToken)
    const [heard] = await Promise.all([this.#endpoint.revoke(token), ended])
    return heard
  }

  /**
   * As the platform's, with the access token. Sent once more, with a new token, where the API says that
   * the token is no longer good; a body that is a stream is not.
   *
   * @throws AuthError `signed_out`, `url_not_allowed`, or why a token that is over could not be refreshed
   */
  async fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const base = globalThis.document?.baseURI ?? this.#url
    const request = new GuardedRequest(input, init, base)
    this.#allowed.check(request.url)
    const session = await this.#usable(request.isRepeatable, request.signal)
    const response = await request.send(this.#fetch, session.accessToken)
    if (!request.isRepeatable || !isTokenRefused(response)) return response
    const next = await unlessAborted(this.#refresh.run(session), request.signal)
    void response.body?.cancel().catch(() => {})
    return request.send(this.#fetch, next.accessToken)
  }

  /** The access token for what is not a `fetch`: a WebSocket, another HTTP library. */
  async getAccessToken(options: { signal?: AbortSignal } = {}): Promise<string> {
    return (await this.#usable(true, options.signal)).accessToken
  }

  /**
   * Told of who is signed in: once at the start, when it is known, and after each change, in whichever
   * tab it was made. Answers how to stop that.
   */
  onChange(listener: Listener): () => void {
    let isOn = true
    const tell: Listener = (change) => {
      if (isOn) listener(change)
    }
    void this.ready.then(() => {
      if (!isOn) return
      tell({ user: this.#told })
      this.#listeners.add(tell)
    })
    return () => {
      isOn = false
      this.#listeners.delete(tell)
    }
  }

  /** Ends the listening to other tabs. Who is signed in still is. */
  close(): void {
    this.#current.close()
  }

  /** @param mayBeDue where the request can be sent again, it need not wait for a refresh ahead of time */
  async #usable(mayBeDue: boolean, signal: AbortSignal | null | undefined): Promise<Session> {
    if (!this.#current.session) await unlessAborted(this.ready, signal)
    const { session, lifetime } = this.#current
    if (!session || !lifetime) throw signedOut()
    if (!lifetime.isDue) return session
    const refreshed = this.#refresh.run(session)
    if (lifetime.isOver || !mayBeDue) return unlessAborted(refreshed, signal)
    // The present token is still good, and the next request tries again.
    refreshed.catch(() => {})
    return session
  }

  #tell(): void {
    const { session } = this.#current
    const user = session && { username: session.username, scopes: session.scopes }
    if (JSON.stringify(user) === JSON.stringify(this.#told)) return
    this.#told = user
    for (const listener of this.#listeners) void Promise.resolve({ user }).then(listener)
  }
}

/** With a slash at its end, so that paths can be put to it. */
function checkedUrl(text: string): string {
  const url = absolute(text.replace(/\/?$/, '/'))
  if (isConfidential(originOf(url) ?? '')) return url
  throw new TypeError('The url must be https, or http on this machine')
}

/** A page without permission to its storage throws at the mere look. */
function defaultStorage(key: string): SessionStorage {
  try {
    if (typeof globalThis.window?.localStorage === 'object') return localStorage(key)
  } catch {
    // In memory, then.
  }
  return memoryStorage()
}

function sessionOf(credentials: Credentials, answer: TokenAnswer): Session {
  const { now, random } = deviceClock
  return {
    ...answer,
    id: `${now()}-${random()}`,
    step: 0,
    receivedAt: now(),
    ...('username' in credentials && { username: credentials.username }),
  }
}

/** RFC 6750 section 3.1; `claims changed` is one of these. Other challenges a new token does not meet. */
function isTokenRefused({ status, headers }: Response): boolean {
  return status === 401 && /\berror="?invalid_token\b/.test(headers.get('www-authenticate') ?? '')
}
