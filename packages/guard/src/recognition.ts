import type { Expectations } from './expectations.js'
import type { VerificationKey } from './keys.js'
import type { Policy } from './options.js'
import { type Principal, principalOf } from './principal.js'
import { invalidToken, statusUnknown } from './refusal.js'
import { VerifiedTokens } from './verified-tokens.js'
import { type VerifiedToken, verifyToken } from './verify.js'

/** Knows whose a token is: verifies it once, and holds it each time against what may have changed. */
export class Recognition {
  readonly #policy: Policy
  readonly #seen: VerifiedTokens<SeenToken>
  /** What all tokens in `#seen` were verified for. */
  #expectations: Expectations | undefined

  constructor(policy: Policy) {
    this.#policy = policy
    this.#seen = new VerifiedTokens(policy.cacheSize)
  }

  /**
   * At once where the platform verifies at once, and the issuer has been read.
   *
   * @throws Refusal for a token that does not hold
   */
  of(token: string): Principal | Promise<Principal> {
    const warm = this.#policy.remote?.warm()
    return warm === undefined ? this.#now(token) : warm.then(() => this.#now(token))
  }

  #now(token: string): Principal | Promise<Principal> {
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

interface SeenToken {
  readonly key: VerificationKey
  readonly kid: string | undefined
  readonly principal: Principal
  /** The seconds between which it holds, leeway included. */
  readonly from: number
  readonly until: number
}
