import { type Algorithm, importKey, type Jwk, type VerificationKey } from '@latchkey/guard'
import { encodeBase64Url } from './base64url.js'
import type { Reason } from './reason.js'
import type { Terms } from './terms.js'

/** A key, or why there is none: because the token names none that there is, or because it is not known here. */
export type Finding =
  | { readonly key: VerificationKey }
  | { readonly fault: Reason }
  | { readonly doubt: Reason }

/** What there is to verify with. */
export interface Means {
  /** `undefined` while they can't be read. */
  readonly terms: Terms | undefined
  /** A shared secret that somebody typed; empty for none. It stays in the page. */
  readonly secret: string
}

/** Finds the key that a guard would verify a token with. */
export function findKey(kid: unknown, algorithm: Algorithm, { terms, secret }: Means): Finding {
  if (kid !== undefined && typeof kid !== 'string') return { fault: { code: 'keyNameIsNoText' } }
  if (algorithm === 'HS256') return keyOfSecret(secret)
  if (terms === undefined) return { doubt: { code: 'serverUnread' } }
  const jwk = jwkOf(terms.keys.filter(isForSignatures), kid)
  if (jwk === undefined) {
    return { fault: kid === undefined ? { code: 'keyNameMissing' } : keyUnknown(kid) }
  }
  const expected = jwk.alg ?? ''
  if (expected !== algorithm) {
    return { fault: { code: 'keyOfOtherAlgorithm', values: { algorithm, expected } } }
  }
  return { key: importKey(jwk, algorithm) }
}

/** A token without `kid` gets a key only if there is no other (checklist B05). */
function jwkOf(keys: readonly Jwk[], kid: string | undefined): Jwk | undefined {
  if (kid !== undefined) return keys.find((jwk) => jwk.kid === kid)
  return keys.length === 1 ? keys[0] : undefined
}

function isForSignatures({ use }: Jwk): boolean {
  return use === undefined || use === 'sig'
}

function keyUnknown(kid: string): Reason {
  return { code: 'keyUnknown', values: { kid } }
}

function keyOfSecret(secret: string): Finding {
  if (secret === '') return { doubt: { code: 'secretMissing' } }
  const bytes = new TextEncoder().encode(secret)
  if (bytes.length < shortestSecret) {
    return {
      doubt: { code: 'secretTooShort', values: { length: bytes.length, least: shortestSecret } },
    }
  }
  return { key: importKey({ kty: 'oct', k: encodeBase64Url(bytes) }, 'HS256') }
}

/** RFC 7518 section 3.2. */
const shortestSecret = 32
