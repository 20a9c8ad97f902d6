import { areClaims, type Claims, hasType } from './claims.js'
import type { Decryption } from './decryption.js'
import { areExpected, type Expectations } from './expectations.js'
import { looksEncrypted, openJwe } from './jwe.js'
import { type OpenedJws, openJws } from './jws.js'
import type { VerificationKey } from './keys.js'
import type { Signer, Signers } from './signers.js'
import { parseJsonObject } from './strict-json.js'

/** A genuine token that is made for us. Whether it holds at this moment is another question. */
export interface VerifiedToken {
  readonly claims: Claims
  readonly key: VerificationKey
  readonly kid: string | undefined
  readonly signer: Signer
  /** Of the signer, when it was verified. */
  readonly expectations: Expectations
}

type Verdict = VerifiedToken | undefined | Promise<VerifiedToken | undefined>

/**
 * Verifies all that never changes about a token: spelling, signature, type, claims, issuer and
 * audience; an encrypted one is opened first. Answers `undefined` for one that fails; a promise
 * where the platform needs time, as it does for every encrypted one.
 */
export function verifyToken(token: string, signers: Signers, decryption?: Decryption): Verdict {
  const verify = (signed: string) => verifySigned(signed, signers)
  if (decryption === undefined) return verify(token)
  if (decryption.allowSigned && !looksEncrypted(token)) return verify(token)
  return openJwe(token, decryption.keys).then((signed) =>
    signed === undefined ? undefined : verify(signed),
  )
}

function verifySigned(token: string, signers: Signers): Verdict {
  const opened = openJws(token, signers.keys)
  return opened instanceof Promise
    ? opened.then((jws) => readToken(jws, signers))
    : readToken(opened, signers)
}

/** What is asked of it is asked by the signer whose key it was, and by nobody else. */
function readToken(jws: OpenedJws | undefined, signers: Signers): VerifiedToken | undefined {
  if (jws === undefined) return undefined
  const { header, key, kid } = jws
  const signer = signers.of(key.algorithm)
  if (!hasType(header, signer.type)) return undefined
  const claims = parseJsonObject(jws.payload)
  if (claims === undefined || !areClaims(claims, signer.type)) return undefined
  const expectations = signer.expectations()
  if (!areExpected(claims, expectations)) return undefined
  return { claims, key, kid, signer, expectations }
}
