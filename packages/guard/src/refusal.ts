/** Why a guard turns a request away: the words of RFC 6750 and RFC 9470 where they have one. */
export type RefusalCode =
  | 'no_credentials'
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'temporarily_unavailable'

/** An RFC 9457 problem, the body of every refusal. */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
}

/**
 * The one error that a guard throws for a request that may not pass. Frameworks that answer errors
 * find in it what each of them looks for.
 */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** The HTTP status to answer with. */
  readonly status: number
  /** The same; Fastify, Express and http-errors call it so. */
  readonly statusCode: number
  /** Whether the message is meant for the caller, as http-errors and Koa ask. */
  readonly expose = true
  /** A sentence for the caller; it never says which check failed. */
  readonly detail: string
  /** The value of `WWW-Authenticate`, where the answer has one. */
  readonly challenge: string | undefined
  /** Seconds after which asking again makes sense, where that is known. */
  readonly retryAfter: number | undefined

  constructor(code: RefusalCode, detail: string, extra: RefusalExtra = {}) {
    super(detail)
    this.name = 'Refusal'
    this.code = code
    this.status = answers[code].status
    this.statusCode = this.status
    this.detail = detail
    this.challenge = extra.challenge
    this.retryAfter = extra.retryAfter
  }

  /** The answer's headers, in lower case. */
  get headers(): Readonly<Record<string, string>> {
    return {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(this.challenge !== undefined && { 'www-authenticate': this.challenge }),
      ...(this.retryAfter !== undefined && { 'retry-after': String(this.retryAfter) }),
    }
  }

  /** The answer's body. */
  get problem(): Problem {
    const { status, title } = answers[this.code]
    return { type: 'about:blank', title, status, detail: this.detail }
  }

  /** The whole answer; Hono asks errors for it by this name. */
  getResponse(): Response {
    return new Response(JSON.stringify(this.problem), {
      status: this.status,
      headers: { ...this.headers },
    })
  }

  /** The same refusal, whose challenge says where the resource's metadata are (RFC 9728 section 5.1). */
  pointingTo(metadata: string): Refusal {
    if (this.challenge === undefined) return this
    const separator = this.challenge === 'Bearer' ? ' ' : ', '
    const challenge = `${this.challenge}${separator}resource_metadata="${metadata}"`
    return new Refusal(this.code, this.detail, { ...this, challenge })
  }
}

/** What a refusal brings beside its code. */
export interface RefusalExtra {
  readonly challenge?: string | undefined
  readonly retryAfter?: number | undefined
}

/** RFC 6750 section 3.1: a request without credentials gets a challenge without an error code. */
export function noCredentials(): Refusal {
  return new Refusal('no_credentials', 'Not authenticated', { challenge: 'Bearer' })
}

export function severalCredentials(): Refusal {
  return new Refusal('invalid_request', 'Send exactly one set of credentials', {
    challenge: 'Bearer error="invalid_request"',
  })
}

/** One answer for every fault of a token: which check failed is nobody's business (checklist B15). */
export function invalidToken(
  description: InvalidTokenDescription = 'The access token is invalid or has expired',
): Refusal {
  return new Refusal('invalid_token', description, {
    challenge: `Bearer error="invalid_token", error_description="${description}"`,
  })
}

type InvalidTokenDescription = 'The access token is invalid or has expired' | 'claims changed'

/** `scopes` have passed `assertScopes`, which leaves nothing that could end the quoted string. */
export function insufficientScope(scopes: readonly string[]): Refusal {
  const scope = scopes.join(' ')
  return new Refusal('insufficient_scope', `This needs the scope ${scope}`, {
    challenge: `Bearer error="insufficient_scope", scope="${scope}"`,
  })
}

/** RFC 9470 section 3. `maxAge` in whole seconds. */
export function signInTooOld(maxAge: number): Refusal {
  return new Refusal('insufficient_user_authentication', 'A more recent sign-in is needed', {
    challenge: `Bearer error="insufficient_user_authentication", max_age="${maxAge}"`,
  })
}

export function statusUnknown(): Refusal {
  return new Refusal(
    'temporarily_unavailable',
    'It cannot be known now whether the token was revoked',
    {
      retryAfter: 5,
    },
  )
}

const answers: Readonly<Record<RefusalCode, { status: number; title: string }>> = {
  no_credentials: { status: 401, title: 'Unauthorized' },
  invalid_request: { status: 400, title: 'Bad Request' },
  invalid_token: { status: 401, title: 'Unauthorized' },
  insufficient_scope: { status: 403, title: 'Forbidden' },
  insufficient_user_authentication: { status: 401, title: 'Unauthorized' },
  temporarily_unavailable: { status: 503, title: 'Service Unavailable' },
}
