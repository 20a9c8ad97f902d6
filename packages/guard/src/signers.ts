import type { Algorithm } from './algorithms.js'
import type { Claims, TokenType } from './claims.js'
import type { Expectations } from './expectations.js'
import type { KeySource } from './jwks.js'
import type { TokenStatus } from './options.js'

/** Somebody whose tokens pass: the keys, and what is asked of a token that one of them has signed. */
export interface Signer {
  readonly keys: KeySource
  readonly type: TokenType
  /** Reads what may change; answers the same object for as long as nothing has. */
  readonly expectations: () => Expectations
  readonly status: (claims: Claims) => TokenStatus
}

/** All whose tokens pass, told apart by the algorithm: one key is of one, and each of one signer. */
export interface Signers {
  readonly of: (algorithm: Algorithm) => Signer
  /** The keys of all of them. */
  readonly keys: KeySource
}

/** @param previous whose tokens go out of use; HS256 is theirs alone then (checklist B01) */
export function signersOf(present: Signer, previous?: Signer): Signers {
  const of = (algorithm: Algorithm) =>
    previous !== undefined && algorithm === 'HS256' ? previous : present
  return { of, keys: (kid, alg) => of(alg).keys(kid, alg) }
}
