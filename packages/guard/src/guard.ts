import { bearerToken } from './bearer.js'
import type { Expectations } from './expectations.js'
import type { VerificationKey } from './keys.js'
import { checkOptions, type GuardOptions, type Policy } from './options.js'
import { type Principal, principalOf } from './principal.js'
import { insufficientScope, invalidToken, Refusal, signInTooOld, statusUnknown } from './refusal.js'
import { schedule as byTimer, type Schedule } from './schedule.js'
import { assertScopes } from './scopes.js'
import type { SignaturePlatform } from './signature.js'
import { VerifiedTokens } from './verified-tokens.js'
import { type VerifiedToken, verifyToken } from './verify.js'

/** Decides who may pass. Adapters translate for their framework what it says. */
export interface Guard {
  /**
   * Who is calling with this token, if it holds and covers all of `scopes`.
   *
   * @throws Refusal (by rejection)
   */
  verify(token: string, scopes?: readonly string[]): Promise<Principal>

  /** The same for a web `Request`; a refusal comes as the `Response` to answer with. */
  check(
    request: Request,
    scopes?: readonly string[],
  ): Promise<{ principal: Principal; refusal?: never } | { refusal: Response; principal?: never }>

  /**
   * The same for every Authorization header of a request as it was sent: what adapters use. At once
   * where the platform verifies at once, as Node does, and the guard is ready; then a refusal is
   * thrown at once, too.
   *
   * @throws Refusal
   */
  authenticate(
    authorization: readonly string[],
    scopes?: readonly string[],
  ): Principal | Promise<Principal>

  /**
   * Lets pass who has signed in within the last `maxAge` seconds, by `auth_time` (RFC 9470).
   *
   * @throws Refusal
   */
  requireRecent(principal: Principal, maxAge: number): void

  /**
   * Comes once the guard has read what its issuer publishes, if it is to find it there; without this
   * the first request waits. Then, and for every other guard, it comes at once.
   *
   * @throws Error (by rejection) that says why it can't be read; the guard goes on trying
   */
  ready(): Promise<void>

  /** Ends what a guard does in the background, where it reads what its issuer publishes. */
  close(): void
}

/** @throws TypeError for options that are unknown, missing, wrong, or do not go together */
export function createGuardOn(
  platform: SignaturePlatform,
  options: GuardOptions,
  schedule: Schedule = byTimer,
): Guard {
  return new TokenGuard(checkOptions(platform, options, schedule))
}

interface SeenToken {
  readonly key: VerificationKey
  readonly kid: string | undefined
  readonly principal: Principal
  /** The seconds between which it holds, leeway included. */
  readonly from: number
  readonly until: number
}

class TokenGuard implements Guard {
  readonly #policy: Policy
  readonly #seen: VerifiedTokens<SeenToken>
  /** What all tokens in `#seen` were verified for. */
  #expectations: Expectations | undefined

  constructor(policy: Policy) {
    this.#policy = policy
    this.#seen = new VerifiedTokens(policy.cacheSize)
  }

  async verify(token: string, scopes: readonly string[] = []): Promise<Principal> {
    if (typeof token !== 'string') throw invalidToken()
    return permit(await this.#recognise(token), scopes)
  }

  async check(request: Request, scopes: readonly string[] = []): ReturnType<Guard['check']> {
    const authorization = request.headers.get('authorization')
    try {
      const sent = authorization === null ? [] : [authorization]
      return { principal: await this.authenticate(sent, scopes) }
    } catch (error) {
      if (error instanceof Refusal) return { refusal: error.toResponse() }
      throw error
    }
  }

  authenticate(
    authorization: readonly string[],
    scopes: readonly string[] = [],
  ): Principal | Promise<Principal> {
    const principal = this.#recognise(bearerToken(authorization))
    return principal instanceof Promise
      ? principal.then((who) => permit(who, scopes))
      : permit(principal, scopes)
  }

  requireRecent(principal: Principal, maxAge: number): void {
    if (!Number.isSafeInteger(maxAge) || maxAge < 0) {
      throw new TypeError('maxAge is a whole number of seconds')
    }
    const { auth_time: signedInAt } = principal.claims
    const age = this.#seconds() - (signedInAt ?? Number.NEGATIVE_INFINITY)
    if (age > maxAge || age < -this.#policy.leeway) throw signInTooOld(maxAge)
  }

  async ready(): Promise<void> {
    await this.#policy.remote?.ready()
  }

  close(): void {
    this.#policy.remote?.close()
  }

  #recognise(token: string): Principal | Promise<Principal> {
    const warm = this.#policy.remote?.warm()
    return warm === undefined
      ? this.#recogniseNow(token)
      : warm.then(() => this.#recogniseNow(token))
  }

  #recogniseNow(token: string): Principal | Promise<Principal> {
    const expectations = this.#policy.expectations()
    if (expectations !== this.#expectations) {
      this.#seen.clear()
      this.#expectations = expectations
    }
    const seen = this.#seen.get(token)
    if (seen !== undefined && this.#hasItsKey(seen)) return this.#judge(seen)

    const { keys, type, decryption } = this.#policy
    const verified = verifyToken(token, keys, type, expectations, decryption)
    return verified instanceof Promise
      ? verified.then((result) => this.#admit(token, result, expectations))
      : this.#admit(token, verified, expectations)
  }

  #admit(
    token: string,
    verified: VerifiedToken | undefined,
    expectations: Expectations,
  ): Principal {
    if (verified === undefined) throw invalidToken()
    const { claims, key, kid } = verified
    const { leeway } = this.#policy
    const from = (claims.nbf ?? 0) - leeway
    const seen = { key, kid, principal: principalOf(claims), from, until: claims.exp + leeway }
    const principal = this.#judge(seen)
    // Another issuer may have been set while the platform was verifying.
    if (expectations === this.#expectations) this.#seen.set(token, seen)
    return principal
  }

  /** A key that was retired takes its tokens along, seen ones too (checklist B17). */
  #hasItsKey({ key, kid }: SeenToken): boolean {
    return this.#policy.keys(kid, key.algorithm) === key
  }

  /** What may have changed since a token was verified: the time, and whether it was revoked. */
  #judge({ principal, from, until }: SeenToken): Principal {
    const now = this.#seconds()
    const holds = from <= now && now < until
    if (!holds) throw invalidToken()
    switch (this.#policy.status(principal.claims)) {
      case 'valid':
        return principal
      case 'revoked':
        throw invalidToken()
      case 'changed':
        throw invalidToken('claims changed')
      default:
        throw statusUnknown()
    }
  }

  #seconds(): number {
    return this.#policy.now() / 1000
  }
}

/** Whole scopes, exactly (checklist B21). */
function permit(principal: Principal, scopes: readonly string[]): Principal {
  for (const scope of scopes) {
    if (!principal.scopes.includes(scope)) {
      assertScopes(scopes)
      throw insufficientScope(scopes)
    }
  }
  return principal
}
