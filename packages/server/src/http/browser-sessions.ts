import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../core/clients.js'
import type { Identity } from '../core/identity.js'
import type { TokenAnswer } from '../core/sessions.js'
import { Refusal } from '../errors.js'
import type { Form } from './form.js'

/**
 * The form for browsers: with the header `Latchkey-Session: cookie` the refresh token travels in a
 * cookie that no script can read (contract, section 3).
 */
export class BrowserSessions {
  readonly #identity: Identity
  readonly #allowedOrigins: ReadonlySet<string>

  /** @param allowedOrigins beside the issuer's own; `*` allows nobody here */
  constructor(identity: Identity, allowedOrigins: ReadonlySet<string>) {
    this.#identity = identity
    this.#allowedOrigins = allowedOrigins
  }

  /**
   * Fills in a token that the request left to the cookie.
   *
   * @throws Refusal `two_refresh_tokens`, `origin_not_allowed`
   */
  complete(request: FastifyRequest, form: Form, field: string): Form {
    const token = this.#read(request)
    // A browser lets the cookie go when the session is over. A client must hear that, and not that it has
    // forgotten something: so this is a token that nobody has.
    const isGone = token === undefined && isAskedFor(request) && !form.has(field)
    if (isGone) return new Map([...form, [field, '']])
    if (token === undefined) return form
    if (!isAskedFor(request)) {
      if (form.has(field)) return form
      throw new Refusal('origin_not_allowed', {
        message: 'A request with the session cookie needs the header Latchkey-Session: cookie',
      })
    }
    if (form.has(field)) {
      throw new Refusal('two_refresh_tokens', {
        message: 'There is a token in the cookie and another in the body',
        fields: [field],
      })
    }
    this.#checkOrigin(request)
    return new Map([...form, [field, token]])
  }

  /** Moves the refresh token of an answer into the cookie, where that was asked for. */
  keep(
    request: FastifyRequest,
    reply: FastifyReply,
    answer: TokenAnswer,
    client: Client,
  ): TokenAnswer {
    if (!isAskedFor(request) || answer.refreshToken === undefined) return answer
    const { refreshToken, ...rest } = answer
    this.#set(reply, refreshToken, client.lifetimes.refreshIdle)
    return rest
  }

  /** Takes the cookie away. */
  drop(request: FastifyRequest, reply: FastifyReply): void {
    if (isAskedFor(request)) this.#set(reply, '', 0)
  }

  /** Browsers send the header on every request that is not a plain GET, and pages can't change it. */
  #checkOrigin({ headers: { origin } }: FastifyRequest): void {
    const isOurs = origin !== undefined && this.#ownOrigins().includes(origin)
    if (isOurs || (origin !== undefined && origin !== '*' && this.#allowedOrigins.has(origin)))
      return
    throw new Refusal('origin_not_allowed', {
      message: 'A request with the session cookie must come from an allowed origin',
    })
  }

  /** This machine has several names for itself, and a developer may use any. */
  #ownOrigins(): string[] {
    const { protocol, hostname, port, origin } = new URL(this.#identity.issuer)
    if (protocol === 'https:' || !loopbackHosts.includes(hostname)) return [origin]
    return loopbackHosts.map((host) => new URL(`http://${host}:${port}`).origin)
  }

  /** `__Host-` binds the cookie to this very host, and needs https, which loopback has not. */
  get #name(): string {
    return this.#isSecure ? '__Host-latchkey' : 'latchkey-dev'
  }

  get #isSecure(): boolean {
    return this.#identity.issuer.startsWith('https:')
  }

  #read({ headers: { cookie = '' } }: FastifyRequest): string | undefined {
    const start = `${this.#name}=`
    const pair = cookie.split(/; */).find((one) => one.startsWith(start))
    return pair?.slice(start.length) || undefined
  }

  /** A refresh token is base64url, so nothing in it needs escaping. */
  #set(reply: FastifyReply, token: string, seconds: number): void {
    const secure = this.#isSecure ? '; Secure' : ''
    reply.header(
      'set-cookie',
      `${this.#name}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`,
    )
  }
}

const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']

function isAskedFor(request: FastifyRequest): boolean {
  return request.headers['latchkey-session'] === 'cookie'
}
