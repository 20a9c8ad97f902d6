import { type DecryptionKey, importDecryptionKey, type PrivateJwk } from './decryption-keys.js'
import type { DecryptionKeySource } from './jwe.js'

/** The part of a guard's options that is about encrypted tokens. */
export interface DecryptionOptions {
  /**
   * Opens encrypted tokens (JWE): the private JWK that they are encrypted for, or the symmetric
   * one. Several, each with a `kid`, while the key is being changed.
   */
  readonly decryptionKey?: PrivateJwk | readonly PrivateJwk[] | undefined
  /** Whether tokens that are only signed pass too; without it a guard with a key refuses them. */
  readonly allowSigned?: boolean | undefined
}

/** The same, checked. */
export interface Decryption {
  readonly keys: DecryptionKeySource
  readonly allowSigned: boolean
}

/**
 * Answers `undefined` where no key is given: then encrypted tokens are refused.
 *
 * @throws TypeError for keys that can't be used or told apart, and for options that don't go together
 */
export function decryptionOf(given: DecryptionOptions): Decryption | undefined {
  const { decryptionKey, allowSigned } = given
  if (allowSigned !== undefined && typeof allowSigned !== 'boolean') {
    throw new TypeError('allowSigned is true or false')
  }
  if (decryptionKey === undefined) {
    if (allowSigned === undefined) return undefined
    throw new TypeError('allowSigned goes with decryptionKey')
  }
  const jwks = isSeveral(decryptionKey) ? decryptionKey : [decryptionKey]
  return { keys: sourceOf(jwks.map(importDecryptionKey)), allowSigned: allowSigned ?? false }
}

function isSeveral(given: PrivateJwk | readonly PrivateJwk[]): given is readonly PrivateJwk[] {
  return Array.isArray(given)
}

/** A token without `kid` gets a key only if there is no other (checklist B05). */
function sourceOf(keys: readonly DecryptionKey[]): DecryptionKeySource {
  const [first, ...others] = keys
  if (first === undefined) throw new TypeError('decryptionKey has no key')
  const byId = new Map(keys.map((key) => [key.kid, key]))
  if (others.length > 0 && (byId.size < keys.length || byId.has(undefined))) {
    throw new TypeError('of several decryption keys each has a kid of its own')
  }
  const only = others.length === 0 ? first : undefined
  return (kid) => (kid === undefined ? only : byId.get(kid))
}
