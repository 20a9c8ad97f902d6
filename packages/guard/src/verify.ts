import { areClaims, type Claims, hasType, type TokenType } from './claims.js'
import { areExpected, type Expectations } from './expectations.js'
import type { KeySource } from './jwks.js'
import { type OpenedJws, openJws } from './jws.js'
import type { VerificationKey } from './keys.js'
import { parseJsonObject } from './strict-json.js'

/** A genuine token that is made for us. Whether it holds at this moment is another question. */
export interface VerifiedToken {
  readonly claims: Claims
  readonly key: VerificationKey
  readonly kid: string | undefined
}

/**
 * Verifies all that never changes about a token: spelling, signature, type, claims, issuer and
 * audience. Answers `undefined` for one that fails; a promise where the platform needs time.
 */
export function verifyToken(
  token: string,
  keys: KeySource,
  type: TokenType,
  expectations: Expectations,
): VerifiedToken | undefined | Promise<VerifiedToken | undefined> {
  const opened = openJws(token, keys)
  return opened instanceof Promise
    ? opened.then((jws) => readToken(jws, type, expectations))
    : readToken(opened, type, expectations)
}

function readToken(
  jws: OpenedJws | undefined,
  type: TokenType,
  expectations: Expectations,
): VerifiedToken | undefined {
  if (jws === undefined || !hasType(jws.header, type)) return undefined
  const claims = parseJsonObject(jws.payload)
  if (claims === undefined || !areClaims(claims, type)) return undefined
  return areExpected(claims, expectations) ? { claims, key: jws.key, kid: jws.kid } : undefined
}
