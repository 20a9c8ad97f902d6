import { AuthError, type AuthErrorCode, type AuthErrorExtra, type Factor } from './auth-error.js'
import { reasonOf, unlessAborted, within } from './deadline.js'
import { deviceHeaders, keepDevice } from './known-device.js'
import type { SessionStorage } from './storage.js'

/** What a user signs in with; the second and third after `mfa_required`. */
export type Credentials =
  | { readonly username: string; readonly password: string; readonly scope?: string }
  | { readonly mfaToken: string; readonly otp: string }
  | { readonly mfaToken: string; readonly recoveryCode: string }

export interface TokenAnswer {
  readonly accessToken: string
  readonly refreshToken?: string
  readonly expiresIn: number
  readonly scopes: readonly string[]
}

interface Dependencies {
  /** With a slash at its end. */
  readonly url: string
  readonly fetch: typeof globalThis.fetch
  readonly clientId: string | undefined
  /** The refresh token travels in a cookie that no script can read. */
  readonly hasCookie: boolean
  /** What it holds is sent with a sign-in, and answered with the next. */
  readonly deviceStorage: SessionStorage
}

/** For one request, its whole answer included. */
const timeLimit = 8_000

/** The server's two doors: `/oauth/token` (RFC 6749) and `/revoke` (RFC 7009). */
export class TokenEndpoint {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  async signIn(credentials: Credentials, signal?: AbortSignal): Promise<TokenAnswer> {
    const { deviceStorage } = this.#deps
    const headers = await deviceHeaders(deviceStorage)
    const send = (altcha?: string) =>
      this.#post('oauth/token', { ...formOf(credentials), altcha }, { headers }, signal)
    let answer = await send()
    const { challenge } = answer.body
    if (challenge) {
      // Most apps never need it. Where it can't be loaded, the refusal stands.
      const solver = await import('./challenge.js').catch(() => undefined)
      const altcha = await solver?.solve(challenge, signal)
      if (altcha) answer = await send(altcha)
    }
    const tokens = tokensOf(answer)
    await keepDevice(deviceStorage, answer.headers)
    return tokens
  }

  async refresh(refreshToken: string | undefined): Promise<TokenAnswer> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    return tokensOf(await this.#post('oauth/token', form))
  }

  /** Answers whether the server has heard of it. Goes on when the page is left. */
  async revoke(token: string | undefined): Promise<boolean> {
    try {
      return (await this.#post('revoke', { token }, { keepalive: true })).ok
    } catch {
      return false
    }
  }

  async #post(
    path: string,
    form: Form,
    { headers, ...init }: Extras = {},
    signal?: AbortSignal,
  ): Promise<Answer> {
    if (signal?.aborted) throw reasonOf(signal)
    const { url, fetch, clientId, hasCookie } = this.#deps
    const stop = new AbortController()
    try {
      const sent = fetch(url + path, {
        ...init,
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(hasCookie && { 'latchkey-session': 'cookie' }),
          ...headers,
        },
        body: encode({ ...form, client_id: clientId }),
        credentials: hasCookie ? 'include' : 'omit',
        // A password follows no redirect.
        redirect: 'error',
        cache: 'no-store',
        signal: stop.signal,
      })
      return await unlessAborted(within(timeLimit, sent.then(readAnswer)), signal)
    } catch (cause) {
      if (signal?.aborted) throw reasonOf(signal)
      throw new AuthError('unreachable', 'The server did not answer', { cause })
    } finally {
      stop.abort()
    }
  }
}

interface Extras {
  readonly headers?: Readonly<Record<string, string>>
  readonly keepalive?: boolean
}

type Form = Readonly<Record<string, string | undefined>>
type Body = Readonly<Record<string, unknown>>

interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

async function readAnswer(response: Response): Promise<Answer> {
  const { ok, status, headers } = response
  return { ok, status, headers, body: parseBody(await response.text()) }
}

/** A proxy on the way may answer with a page of its own. */
function parseBody(text: string): Body {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

function formOf(credentials: Credentials): Form {
  if ('password' in credentials) {
    const { username, password, scope } = credentials
    return { grant_type: 'password', username, password, scope }
  }
  const factor =
    'otp' in credentials ? { otp: credentials.otp } : { recovery_code: credentials.recoveryCode }
  return { grant_type: 'urn:latchkey:grant-type:mfa', mfa_token: credentials.mfaToken, ...factor }
}

/** By hand: React Native's URLSearchParams is half of one. */
function encode(form: Form): string {
  return Object.entries(form)
    .filter((field): field is [string, string] => field[1] !== undefined)
    .map((field) => field.map(encodeURIComponent).join('='))
    .join('&')
}

function tokensOf({ ok, status, headers, body }: Answer): TokenAnswer {
  if (!ok) throw refusal(status, headers, body)
  const { access_token, token_type, expires_in, refresh_token, scope } = body
  const accessToken = textOf(access_token)
  if (
    !accessToken ||
    String(token_type).toLowerCase() !== 'bearer' ||
    typeof expires_in !== 'number' ||
    !(expires_in > 0)
  ) {
    throw new AuthError('unexpected_answer', 'The answer has no token', { status })
  }
  return {
    accessToken,
    expiresIn: expires_in,
    ...(typeof refresh_token === 'string' && { refreshToken: refresh_token }),
    scopes: textOf(scope)?.split(' ').filter(Boolean) ?? [],
  }
}

function refusal(status: number, headers: Headers, body: Body): AuthError {
  const error = textOf(body.error)
  const message = textOf(body.error_description) ?? `The server answered ${status}`
  const code = codeOf(status, error)
  return new AuthError(code, message, {
    status,
    retryAfter: secondsOf(headers.get('retry-after')),
    error,
    ...(code === 'mfa_required' && factorOf(body)),
  })
}

function codeOf(status: number, error: string | undefined): AuthErrorCode {
  if (error === 'mfa_required') return error
  if (error === 'invalid_grant') return 'wrong_credentials'
  if (status === 429) return 'too_many_attempts'
  if (status >= 500) return 'unavailable'
  return error ? 'refused' : 'unexpected_answer'
}

function factorOf({ mfa_token, factors }: Body): AuthErrorExtra {
  return {
    mfaToken: textOf(mfa_token),
    factors: Array.isArray(factors)
      ? factors.filter((factor): factor is Factor => typeof factor === 'string')
      : [],
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function secondsOf(header: string | null): number | undefined {
  return header && /^\d{1,9}$/.test(header) ? Number(header) : undefined
}
