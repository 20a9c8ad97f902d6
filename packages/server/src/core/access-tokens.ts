import { Buffer } from 'node:buffer'
import type { Seconds } from '../settings/values.js'
import type { Instant, SessionRow, UserRow } from '../store/schema.js'
import type { Identity } from './identity.js'
import type { Keys, SigningKey } from './keys.js'
import { randomId } from './random.js'
import { signatureAlgorithms } from './signatures.js'

interface Dependencies {
  keys: Keys
  identity: Identity
  lifetime: Seconds
}

/** Makes access tokens: JWTs by RFC 9068, or in the form that the tutorial's applications decode. */
export class AccessTokens {
  readonly #deps: Dependencies
  #header: { of: SigningKey; encoded: string } | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  get lifetime(): Seconds {
    return this.#deps.lifetime
  }

  issue(user: UserRow, session: SessionRow, scopes: readonly string[], now: Instant): string {
    const { identity, lifetime, keys } = this.#deps
    const issuedAt = Math.floor(now / 1000)
    const claims = {
      iss: identity.issuer,
      aud: identity.audience ?? undefined,
      sub: identity.subjectOf(user),
      client_id: session.client_id,
      iat: issuedAt,
      exp: issuedAt + lifetime,
      jti: randomId(),
      scope: scopes.length > 0 ? scopes.join(' ') : undefined,
      sid: session.id,
      auth_time: Math.floor(session.authenticated_at / 1000),
      amr: session.amr.split(' '),
    }
    return this.#sign(keys.signing, claims)
  }

  #sign(signing: SigningKey, claims: object): string {
    const input = `${this.#headerFor(signing)}.${encode(claims)}`
    const signature = signatureAlgorithms[signing.algorithm].sign(Buffer.from(input), signing.key)
    return `${input}.${signature.toString('base64url')}`
  }

  #headerFor(signing: SigningKey): string {
    if (this.#header?.of !== signing) {
      const { algorithm, kid } = signing
      const typ = this.#deps.identity.tokenType
      this.#header = { of: signing, encoded: encode({ typ, alg: algorithm, kid }) }
    }
    return this.#header.encoded
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
