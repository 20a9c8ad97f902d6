/** What went wrong, for a program to tell apart. */
export type AuthErrorCode =
  /** The username or the password is wrong, or the second factor's code. */
  | 'wrong_credentials'
  /** The password was right and a second factor is due: see `factors` and `mfaToken`. */
  | 'mfa_required'
  /** See `retryAfter`. */
  | 'too_many_attempts'
  /** Nobody is signed in, or no longer. */
  | 'signed_out'
  /** The server could not be reached in time. Who was signed in still is. */
  | 'unreachable'
  /** The server answered that it can't answer now. Who was signed in still is. */
  | 'unavailable'
  /** The server refused for another reason, which `error` names in OAuth's words. */
  | 'refused'
  /** The answer is none that a token endpoint gives. */
  | 'unexpected_answer'
  /** The token may not go where this request goes. */
  | 'url_not_allowed'

/** A second factor, by the server's name for it; a newer server may know more of them. */
export type Factor = 'totp' | 'passkey' | 'recovery_code' | (string & {})

/** What is known of an error beside its code. */
export interface AuthErrorExtra {
  readonly status?: number
  readonly error?: string | undefined
  readonly retryAfter?: number | undefined
  readonly mfaToken?: string | undefined
  readonly factors?: readonly Factor[]
  readonly cause?: unknown
}

/** The one error that a client throws of its own; an abort stays what the signal says. */
export class AuthError extends Error {
  readonly code: AuthErrorCode
  /** The status of the answer, if there was one. */
  readonly status: number | undefined
  /** The `error` of the answer (RFC 6749, section 5.2), if it had one. */
  readonly error: string | undefined
  /** Seconds after which asking again makes sense, where that is known. */
  readonly retryAfter: number | undefined
  /** With `mfa_required`: the second factors that the user has. */
  readonly factors: readonly Factor[]
  // Private, so that an error that is logged whole does not show it.
  readonly #mfaToken: string | undefined

  constructor(code: AuthErrorCode, message: string, extra: AuthErrorExtra = {}) {
    super(message, extra)
    this.name = 'AuthError'
    this.code = code
    this.status = extra.status
    this.error = extra.error
    this.retryAfter = extra.retryAfter
    this.factors = extra.factors ?? []
    this.#mfaToken = extra.mfaToken
  }

  /** With `mfa_required`: goes with the code into the next `login`. */
  get mfaToken(): string | undefined {
    return this.#mfaToken
  }
}

export function signedOut(): AuthError {
  return new AuthError('signed_out', 'Nobody is signed in')
}
