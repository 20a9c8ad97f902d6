import type { Algorithm } from './algorithms.js'
import { type KeySource, keysOfSet, readJwkSet } from './jwks.js'
import type { Jwk, VerificationKey } from './keys.js'

type Import = (jwk: Jwk, algorithm: Algorithm) => VerificationKey

/** The keys of the JWK Set that an issuer showed last. */
export class RemoteKeys {
  readonly #allowed: readonly Algorithm[]
  readonly #importJwk: Import
  #find: KeySource = () => undefined
  #imported: ReadonlyMap<string, VerificationKey> = new Map()

  /** @param importJwk throws for a key that is not to be used */
  constructor(allowed: readonly Algorithm[], importJwk: Import) {
    this.#allowed = allowed
    this.#importJwk = importJwk
  }

  readonly find: KeySource = (kid, alg) => this.#find(kid, alg)

  /**
   * Takes a JWK Set, as its bytes, in place of the one before: whole, or not at all. A key that is in
   * both stays the same object, by which a guard knows that what it verified still holds.
   *
   * @returns whether a key came with it
   * @throws TypeError for a set with a key that is private, weak, malformed or there twice
   */
  take(bytes: Uint8Array): boolean {
    const set = readJwkSet(bytes)
    const imported = new Map<string, VerificationKey>()
    const importOnce: Import = (jwk, algorithm) => {
      const spelling = `${algorithm} ${JSON.stringify(jwk)}`
      const key = this.#imported.get(spelling) ?? this.#importJwk(jwk, algorithm)
      imported.set(spelling, key)
      return key
    }
    // An issuer that shows no key at all has taken back what it showed before.
    this.#find = set.keys.length === 0 ? none : keysOfSet(set, this.#allowed, importOnce)
    const hasNew = [...imported.keys()].some((spelling) => !this.#imported.has(spelling))
    this.#imported = imported
    return hasNew
  }
}

const none: KeySource = () => undefined
