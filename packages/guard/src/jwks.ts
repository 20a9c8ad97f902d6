import { type Algorithm, algorithms } from './algorithms.js'
import type { Jwk, VerificationKey } from './keys.js'
import { isObject, parseJsonObject } from './strict-json.js'

/**
 * Finds a key by the `kid` and `alg` of a token's header, in memory. Tokens are remembered for as
 * long as it answers the very object that verified them.
 */
export type KeySource = (kid: string | undefined, alg: Algorithm) => VerificationKey | undefined

/** A JWK Set as it comes from outside (RFC 7517 section 5). */
export interface JwkSet {
  readonly keys: readonly Jwk[]
}

/**
 * Makes a key source of a JWK Set. Keys for encryption and of unknown kinds are passed over, as the
 * RFC says. A token without `kid` gets a key only if there is no other (checklist B05).
 *
 * @throws TypeError if a key is malformed, private or symmetric, if two have the same `kid`
 * (checklist C02), if none is usable, or if a key does not say its algorithm and `allowed` leaves
 * the choice open
 */
export function keysOfSet(
  set: JwkSet,
  allowed: readonly Algorithm[],
  importJwk: (jwk: Jwk, algorithm: Algorithm) => VerificationKey,
): KeySource {
  const imported = new Map<string | undefined, VerificationKey>()
  for (const jwk of set.keys.filter(isForSignatures)) {
    const algorithm = algorithmOf(jwk, allowed)
    if (algorithm === undefined) continue
    if (jwk.kid !== undefined && typeof jwk.kid !== 'string')
      throw new TypeError('a kid is a string')
    if (imported.has(jwk.kid)) throw new TypeError('two keys of the set have the same kid, or none')
    imported.set(jwk.kid, importJwk(jwk, algorithm))
  }
  const [first, ...others] = imported.values()
  if (first === undefined) throw new TypeError('the key set has no usable key')
  const only = others.length === 0 ? first : undefined
  return (kid, alg) => {
    const key = kid === undefined ? only : imported.get(kid)
    return key?.algorithm === alg ? key : undefined
  }
}

/**
 * Reads a JWK Set from bytes. Whether its keys are any good is for `keysOfSet` to say.
 *
 * @throws TypeError for what is no JWK Set
 */
export function readJwkSet(bytes: Uint8Array): JwkSet {
  const keys: unknown = parseJsonObject(bytes)?.keys
  if (!Array.isArray(keys) || !keys.every(isJwk)) throw new TypeError('it is no JWK Set')
  return { keys }
}

function isJwk(value: unknown): value is Jwk {
  return (
    isObject(value) &&
    textMembers.every((name) => value[name] === undefined || typeof value[name] === 'string') &&
    (value.key_ops === undefined || isListOfTexts(value.key_ops))
  )
}

const textMembers = ['kty', 'alg', 'kid', 'use', 'crv', 'x', 'y', 'n', 'e', 'k'] as const

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

function isForSignatures(jwk: Jwk): boolean {
  if (typeof jwk !== 'object' || jwk === null) throw new TypeError('a key of the set is an object')
  if (jwk.kty === 'oct') throw new TypeError('a symmetric key is given as secret, not in a key set')
  return jwk.use === undefined || jwk.use === 'sig'
}

function algorithmOf(jwk: Jwk, allowed: readonly Algorithm[]): Algorithm | undefined {
  if (jwk.alg !== undefined) return allowed.find((algorithm) => algorithm === jwk.alg)
  const fitting = allowed.filter((algorithm) => fits(jwk, algorithm))
  if (fitting.length > 1) {
    throw new TypeError(`a key without alg fits ${fitting.join(' and ')}: name one in algorithms`)
  }
  return fitting[0]
}

function fits(jwk: Jwk, algorithm: Algorithm): boolean {
  const row = algorithms.get(algorithm)
  return row !== undefined && row.kty === jwk.kty && row.crv === jwk.crv
}
