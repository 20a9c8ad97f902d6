/** An answer that says no: its words are the server's, in English. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** Seconds until it may be tried again. */
  readonly retryAfter: number | undefined
  /** The sign-in is too long ago: the password is asked for (RFC 9470). */
  readonly needsPassword: boolean

  constructor(response: Response, body: ProblemBody) {
    super(typeof body.detail === 'string' ? body.detail : '')
    this.status = response.status
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    this.retryAfter = Number.isFinite(seconds) ? seconds : undefined
    const challenge = response.headers.get('www-authenticate') ?? ''
    this.needsPassword = challenge.includes('insufficient_user_authentication')
  }
}

interface ProblemBody {
  readonly detail?: unknown
}

/** What was asked for is not there, or not any more. */
export function isMissing(error: unknown): boolean {
  return error instanceof Problem && error.status === 404
}

/** @throws Problem for every answer that is none of 2xx */
export async function checked(response: Response): Promise<Response> {
  if (response.ok) return response
  const body: unknown = await response.json().catch(() => undefined)
  throw new Problem(response, typeof body === 'object' && body !== null ? body : {})
}
