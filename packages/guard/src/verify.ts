import { areClaims, type Claims, hasType, type TokenType } from './claims.js'
import type { Decryption } from './decryption.js'
import { areExpected, type Expectations } from './expectations.js'
import { looksEncrypted, openJwe } from './jwe.js'
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

type Verdict = VerifiedToken | undefined | Promise<VerifiedToken | undefined>

/**
 * Verifies all that never changes about a token: spelling, signature, type, claims, issuer and
 * audience; an encrypted one is opened first. Answers `undefined` for one that fails; a promise
 * where the platform needs time, as it does for every encrypted one.
 */
export function verifyToken(
  token: string,
  keys: KeySource,
  type: TokenType,
  expectations: Expectations,
  decryption?: Decryption,
): Verdict {
  const verify = (signed: string) => verifySigned(signed, keys, type, expectations)
  if (decryption === undefined) return verify(token)
  if (decryption.allowSigned && !looksEncrypted(token)) return verify(token)
  return openJwe(token, decryption.keys).then((signed) =>
    signed === undefined ? undefined : verify(signed),
  )
}

function verifySigned(
  token: string,
  keys: KeySource,
  type: TokenType,
  expectations: Expectations,
): Verdict {
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
