import type { Policy } from './options.js'
import { type Principal, principalOf } from './principal.js'
import { invalidToken, statusUnknown } from './refusal.js'
import { SeenOnce } from './seen-once.js'
import { VerifiedTokens } from './verified-tokens.js'
import { type VerifiedToken, verifyToken } from './verify.js'

/** Knows whose a token is: verifies it once, and holds it each time against what may have changed. */
export class Recognition {
  readonly #policy: Policy
  readonly #seen: VerifiedTokens<SeenToken>
  readonly #once = new SeenOnce()

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
    const seen = this.#seen.get(token)
    if (seen !== undefined && standsAsVerified(seen)) return this.#judge(seen)

    const { signers, decryption } = this.#policy
    const verified = verifyToken(token, signers, decryption)
    return verified instanceof Promise
      ? verified.then((result) => this.#admit(token, result))
      : this.#admit(token, verified, verified?.key.algorithm === 'HS256')
  }

  /**
   * @param isCheap remembers it only if it comes again: to keep a token that was verified at once by an HMAC
   *   takes as long as to verify it, most of it when what was kept is thrown away
   */
  #admit(token: string, verified: VerifiedToken | undefined, isCheap = false): Principal {
    if (verified === undefined) throw invalidToken()
    const { claims, ...by } = verified
    const { leeway } = this.#policy
    const from = (claims.nbf ?? 0) - leeway
    const principal = principalOf(claims)
    const seen = { token, ...by, principal, from, until: claims.exp + leeway }
    this.#judge(seen)
    if (!isCheap || this.#once.again(token)) this.#seen.set(seen)
    return principal
  }

  /** What may have changed since a token was verified: the time, and whether it was revoked. */
  #judge({ principal, signer, from, until }: SeenToken): Principal {
    const now = this.#seconds()
    const holds = from <= now && now < until
    if (!holds) throw invalidToken()
    switch (signer.status(principal.claims)) {
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

/**
 * A key that was retired takes its tokens along, seen ones too (checklist B17), and so does an issuer
 * that is another by now.
 */
function standsAsVerified({ key, kid, signer, expectations }: SeenToken): boolean {
  return signer.keys(kid, key.algorithm) === key && signer.expectations() === expectations
}

interface SeenToken extends Omit<VerifiedToken, 'claims'> {
  readonly token: string
  readonly principal: Principal
  /** The seconds between which it holds, leeway included. */
  readonly from: number
  readonly until: number
}
