import { type Algorithm, algorithms } from './algorithms.js'
import { type JwkSet, type KeySource, keysOfSet } from './jwks.js'
import { importKey, importSecret } from './keys.js'
import type { SignaturePlatform } from './signature.js'

/** The part of a guard's options that is about keys, as a caller without types might give it. */
interface GivenKeys {
  readonly keys?: KeySource | undefined
  readonly jwks?: JwkSet | undefined
  readonly secret?: string | Uint8Array | undefined
  readonly algorithms?: readonly Algorithm[] | undefined
}

/** `undefined` where the issuer is to be asked for its keys. */
export function keysOf(platform: SignaturePlatform, given: GivenKeys): KeySource | undefined {
  const { keys, jwks, secret } = given
  const sources = [keys, jwks, secret].filter((source) => source !== undefined)
  if (sources.length > 1) throw new TypeError('createGuard takes one of keys, jwks and secret')
  if (sources.length === 0) return undefined
  if (secret !== undefined) return keysOfSecret(platform, secret, given.algorithms)
  if (jwks !== undefined) return keysOfGivenSet(platform, jwks, given.algorithms)
  if (typeof keys !== 'function') throw new TypeError('keys is a function')
  const allowed = algorithmsOr(given.algorithms, [...algorithms.keys()])
  return (kid, alg) => (allowed.includes(alg) ? keys(kid, alg) : undefined)
}

/** There is one key, so its name does not matter: other applications' tokens have no `kid`. */
export function keysOfSecret(
  platform: SignaturePlatform,
  secret: string | Uint8Array,
  allowed: readonly Algorithm[] | undefined,
): KeySource {
  if (!Array.isArray(allowed) || allowed.length !== 1 || allowed[0] !== 'HS256') {
    throw new TypeError("a secret goes with algorithms: ['HS256']")
  }
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw new TypeError('secret is a string or a Uint8Array')
  }
  const key = importSecret(platform, secret)
  return (_kid, alg) => (alg === 'HS256' ? key : undefined)
}

function keysOfGivenSet(
  platform: SignaturePlatform,
  jwks: JwkSet,
  given: readonly Algorithm[] | undefined,
): KeySource {
  if (!Array.isArray(jwks?.keys)) throw new TypeError('jwks is an object with an array named keys')
  return keysOfSet(jwks, asymmetricOf(given), (jwk, algorithm) =>
    importKey(platform, jwk, algorithm),
  )
}

/** An issuer shows no symmetric key (checklist C01). */
export function asymmetricOf(given: readonly Algorithm[] | undefined): readonly Algorithm[] {
  const allowed = algorithmsOr(given, ['RS256', 'PS256', 'ES256', 'EdDSA'])
  if (allowed.includes('HS256')) throw new TypeError('HS256 goes with secret, not with jwks')
  return allowed
}

function algorithmsOr(
  given: readonly Algorithm[] | undefined,
  otherwise: readonly string[],
): readonly Algorithm[] {
  const names: readonly string[] = given ?? otherwise
  if (!Array.isArray(names) || names.length === 0) {
    throw new TypeError('algorithms is an array of names')
  }
  return names.map((name) => {
    const row = algorithms.get(name)
    if (row === undefined) throw new TypeError(`${JSON.stringify(name)} is no algorithm of a guard`)
    return row.name
  })
}
