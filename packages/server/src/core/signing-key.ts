import type { JsonWebKey, KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import type { NewKey } from '../store/keys.js'
import type { Instant, KeyId, SigningKeyRow } from '../store/schema.js'
import type { KeyWrap } from './key-wrap.js'
import {
  type AlgorithmName,
  algorithmNamed,
  privateKeyOf,
  signatureAlgorithms,
} from './signatures.js'

/** What a new token is signed with. */
export interface SigningKey {
  kid: string
  algorithm: AlgorithmName
  key: KeyObject
}

/**
 * Makes a key pair, its private half wrapped.
 *
 * @throws Error for HS256, whose key is a setting
 */
export async function makeSigningKey(
  algorithm: AlgorithmName,
  generation: number,
  at: Instant,
  wrap: KeyWrap,
): Promise<Omit<NewKey, 'ahead'>> {
  const { kid, pair } = await newPair(algorithm)
  return {
    kid,
    algorithm,
    generation,
    created_at: at,
    public_jwk: JSON.stringify({ ...pair.publicJwk, kid, alg: algorithm, use: 'sig' }),
    wrapped_private_key: wrap.wrap(
      JSON.stringify(pair.privateJwk),
      signingKeyContext({ kid, algorithm }),
    ),
  }
}

/** @throws Error, in words for the operator, if it was wrapped under a master secret that is not known here */
export function openSigningKey(row: SigningKeyRow, wrap: KeyWrap): SigningKey {
  const privateJwk = wrap.unwrap(row.wrapped_private_key, signingKeyContext(row))
  return {
    kid: row.kid,
    algorithm: algorithmNamed(row.algorithm),
    key: privateKeyOf(JSON.parse(privateJwk) as JsonWebKey),
  }
}

/** What a wrapped private key is bound to. */
export function signingKeyContext(row: { kid: string; algorithm: string }): string {
  return `signing-key:${row.kid}:${row.algorithm}`
}

async function newPair(algorithm: AlgorithmName) {
  // Not loaded where the ring has its key, which is at most starts.
  const { calculateJwkThumbprint } = await import('jose')
  for (;;) {
    const pair = await signatureAlgorithms[algorithm].generate?.()
    if (pair === undefined) throw new Error(`${algorithm} has no key pair`)
    const kid = (await calculateJwkThumbprint(pair.publicJwk as JWK)) as KeyId
    // People type it: `latchkey key retire -x` would be an option.
    if (!kid.startsWith('-')) return { kid, pair }
  }
}
