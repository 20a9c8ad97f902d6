/** Tokens for the tests of an API: no server, no network, and a clock that stands still. */

import { encodeBase64Url } from './base64url.js'
import type { Claims } from './claims.js'
import type { JwkSet } from './jwks.js'
import type { Jwk } from './keys.js'
import type { TokenStatus } from './options.js'

/** Whose tokens they are, for whom, and at what time. */
export interface TestTokensOptions {
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
  /** Milliseconds since 1970 at which the clock stands: by default the second of the call. */
  readonly now?: number | undefined
}

/** Claims in place of the usual ones; `undefined` takes one away. */
export type TestClaims = { readonly [Name in keyof Claims]?: Claims[Name] | undefined } & {
  readonly [name: string]: unknown
}

/** Every method makes a new token. A guard with `guardOptions` takes those of `valid`, and no others. */
export interface TestTokens {
  /** To be spread into the options of a guard. */
  readonly guardOptions: TestGuardOptions
  /** Of the user `user-1`, for half an hour, without scopes; `valid({ sub, scope: 'a b' })` says otherwise. */
  valid(claims?: TestClaims): Promise<string>
  /** Ran out an hour ago. */
  expired(claims?: TestClaims): Promise<string>
  /** Begins in an hour. */
  notYetValid(claims?: TestClaims): Promise<string>
  /** Signed with another key under the name of the right one. */
  forged(claims?: TestClaims): Promise<string>
  /** Signed, and its claims changed since. */
  tampered(claims?: TestClaims): Promise<string>
  /** Not signed: `alg` is `none`. */
  unsigned(claims?: TestClaims): Promise<string>
  /** Its `iss` is nobody that the guard knows. */
  fromAnotherIssuer(claims?: TestClaims): Promise<string>
  /** Its `aud` is somebody else. */
  forAnotherAudience(claims?: TestClaims): Promise<string>
  /** Valid, but for its having been revoked. */
  revoked(claims?: TestClaims): Promise<string>
  /** Turns the clock. */
  advance(seconds: number): void
  /** The time on the clock, in milliseconds since 1970. */
  now(): number
}

/** What a guard must be made with to take these tokens: `createGuard(tokens.guardOptions)`. */
export interface TestGuardOptions {
  readonly jwks: JwkSet
  readonly issuer: string
  readonly audience: string
  /** The clock that `advance` turns. */
  readonly now: () => number
  /** Knows the tokens that `revoked` has made. */
  readonly status: (claims: Claims) => TokenStatus
}

/**
 * Makes keys, and what makes tokens with them.
 *
 * ```ts
 * const tokens = await testTokens()
 * const app = buildApp(createGuard(tokens.guardOptions))
 * const authorization = `Bearer ${await tokens.valid({ scope: 'items:read' })}`
 * ```
 */
export async function testTokens(options: TestTokensOptions = {}): Promise<TestTokens> {
  const [right, wrong] = await Promise.all([makeKey(), makeKey()])
  return new SignedTokens(options, right, wrong)
}

class SignedTokens implements TestTokens {
  readonly guardOptions: TestGuardOptions
  readonly #right: CryptoKey
  readonly #wrong: CryptoKey
  readonly #revoked = new Set<unknown>()
  #now: number

  constructor(options: TestTokensOptions, right: SigningKey, wrong: SigningKey) {
    this.#right = right.privateKey
    this.#wrong = wrong.privateKey
    this.#now = options.now ?? Math.floor(Date.now() / 1000) * 1000
    this.guardOptions = {
      jwks: { keys: [{ ...right.jwk, kid, alg: 'ES256' }] },
      issuer: options.issuer ?? 'https://auth.example.com',
      audience: options.audience ?? 'https://api.example.com',
      now: () => this.#now,
      status: ({ jti }) => (this.#revoked.has(jti) ? 'revoked' : 'valid'),
    }
  }

  valid(claims: TestClaims = {}): Promise<string> {
    return sign(this.#right, this.#claims(claims))
  }

  expired(claims: TestClaims = {}): Promise<string> {
    return this.valid({ iat: this.#seconds(-5400), exp: this.#seconds(-3600), ...claims })
  }

  notYetValid(claims: TestClaims = {}): Promise<string> {
    return this.valid({ nbf: this.#seconds(3600), exp: this.#seconds(5400), ...claims })
  }

  forged(claims: TestClaims = {}): Promise<string> {
    return sign(this.#wrong, this.#claims(claims))
  }

  async tampered(claims: TestClaims = {}): Promise<string> {
    const [header, , signature] = (await this.valid(claims)).split('.')
    return `${header}.${encodeJson(this.#claims({ ...claims, sub: 'somebody-else' }))}.${signature}`
  }

  async unsigned(claims: TestClaims = {}): Promise<string> {
    return `${encodeJson({ alg: 'none', typ: 'at+jwt', kid })}.${encodeJson(this.#claims(claims))}.`
  }

  fromAnotherIssuer(claims: TestClaims = {}): Promise<string> {
    return this.valid({ ...claims, iss: 'https://another-issuer.example' })
  }

  forAnotherAudience(claims: TestClaims = {}): Promise<string> {
    return this.valid({ ...claims, aud: 'https://another-api.example' })
  }

  revoked(claims: TestClaims = {}): Promise<string> {
    const jti = crypto.randomUUID()
    this.#revoked.add(jti)
    return this.valid({ ...claims, jti })
  }

  advance(seconds: number): void {
    this.#now += seconds * 1000
  }

  now(): number {
    return this.#now
  }

  #claims(claims: TestClaims): object {
    const { issuer, audience } = this.guardOptions
    return {
      iss: issuer,
      aud: audience,
      sub: 'user-1',
      client_id: 'first-party',
      iat: this.#seconds(0),
      exp: this.#seconds(1800),
      auth_time: this.#seconds(0),
      jti: crypto.randomUUID(),
      sid: 'session-1',
      ...claims,
    }
  }

  #seconds(ahead: number): number {
    return Math.floor(this.#now / 1000) + ahead
  }
}

interface SigningKey {
  readonly privateKey: CryptoKey
  readonly jwk: Jwk
}

const kid = 'test-key'
const p256 = { name: 'ECDSA', namedCurve: 'P-256' }

async function makeKey(): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey(p256, true, ['sign', 'verify'])
  const { crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return { privateKey: pair.privateKey, jwk: { kty: 'EC', crv, x, y } }
}

async function sign(key: CryptoKey, claims: object): Promise<string> {
  const input = `${encodeJson({ alg: 'ES256', typ: 'at+jwt', kid })}.${encodeJson(claims)}`
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(input))
  return `${input}.${encodeBase64Url(new Uint8Array(signature))}`
}

function encodeJson(value: object): string {
  return encodeBase64Url(new TextEncoder().encode(JSON.stringify(value)))
}
