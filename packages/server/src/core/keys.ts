import { createHash, type JsonWebKey, type KeyObject } from 'node:crypto'
import { importKey, type VerificationKey } from '@latchkey/guard'
import type { JWK } from 'jose'
import type { Store } from '../store/open.js'
import type { KeyId, SigningKeyRow } from '../store/schema.js'
import { auditEntry, system } from './audit.js'
import type { Clock } from './clock.js'
import type { KeyWrap } from './key-wrap.js'
import {
  type AlgorithmName,
  algorithmNamed,
  privateKeyOf,
  secretKeyOf,
  signatureAlgorithms,
} from './signatures.js'

/** What a new token is signed with. */
export interface SigningKey {
  kid: string
  algorithm: AlgorithmName
  key: KeyObject
}

/** A key as `latchkey key list` shows it. */
export interface KeySummary {
  kid: string
  algorithm: string
  createdAt: number
  signs: boolean
}

interface Dependencies {
  store: Store
  /**
   * Asked for when a private key is read or made, and only then.
   *
   * @param mayMake whether a master secret that is missing may be made: not when keys are stored under it
   */
  wrap: (mayMake: boolean) => KeyWrap
  clock: Clock
  algorithm: AlgorithmName
  /** Given with HS256, whose key is not in the database. */
  hs256Secret: string | undefined
}

/** The key ring: the newest key of the configured algorithm signs, all of them verify. */
export class Keys {
  readonly #deps: Dependencies
  #signing: SigningKey | undefined
  #verifying: ReadonlyMap<string, VerificationKey> = new Map()
  #published: readonly JsonWebKey[] = []
  #rows: readonly SigningKeyRow[] = []

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Reads the ring, and makes the first key of the configured algorithm where there is none.
   *
   * @throws Error if the master secret is not the one that the keys were stored under
   */
  async load(): Promise<void> {
    await this.loadPublic()
    if (this.#deps.algorithm === 'HS256') return
    if (this.#newest() === undefined) {
      await this.#makeFirst()
      await this.loadPublic()
    }
    const newest = this.#newest()
    if (newest === undefined) throw new Error('The new signing key can not be read back')
    const { kid } = newest
    const key = privateKeyOf(this.#unwrap(newest))
    this.#signing = { kid, algorithm: this.#deps.algorithm, key }
  }

  /** Reads what verifies, and no private key: enough to look at tokens. */
  async loadPublic(): Promise<void> {
    const { store, algorithm, hs256Secret } = this.#deps
    this.#rows = await store.keys.list()
    this.#published = this.#rows.map((row) => JSON.parse(row.public_jwk) as JsonWebKey)
    this.#verifying = new Map(
      this.#rows.map((row, at) => [
        row.kid,
        importKey(this.#published[at] ?? {}, algorithmNamed(row.algorithm)),
      ]),
    )
    if (algorithm === 'HS256' && hs256Secret !== undefined) this.#useSharedSecret(hs256Secret)
  }

  get loaded(): boolean {
    return this.#signing !== undefined
  }

  get signing(): SigningKey {
    if (this.#signing === undefined) throw new Error('The keys are not loaded')
    return this.#signing
  }

  /** Looked up by both, exactly: a key never verifies under another algorithm (checklist B01, B05, B06). */
  readonly verification = (
    kid: string | undefined,
    algorithm: string,
  ): VerificationKey | undefined => {
    const key = kid === undefined ? undefined : this.#verifying.get(kid)
    return key?.algorithm === algorithm ? key : undefined
  }

  /** The public keys (RFC 7517); never a symmetric one (checklist C01). */
  get jwks(): { keys: readonly JsonWebKey[] } {
    return { keys: this.#published }
  }

  list(): KeySummary[] {
    return this.#rows.map((row) => ({
      kid: row.kid,
      algorithm: row.algorithm,
      createdAt: row.created_at,
      signs: row === this.#newest(),
    }))
  }

  #newest(): SigningKeyRow | undefined {
    return this.#rows
      .filter((row) => row.algorithm === this.#deps.algorithm)
      .reduce<SigningKeyRow | undefined>(
        (best, row) => (best !== undefined && best.generation > row.generation ? best : row),
        undefined,
      )
  }

  #unwrap(row: SigningKeyRow): JsonWebKey {
    const json = this.#deps.wrap(false).unwrap(row.wrapped_private_key, contextOf(row))
    return JSON.parse(json) as JsonWebKey
  }

  /** Several processes may try at once; the store lets one of them win, and all read that one. */
  async #makeFirst(): Promise<void> {
    const { store, wrap, clock, algorithm } = this.#deps
    const pair = signatureAlgorithms[algorithm].generate?.()
    if (pair === undefined) throw new Error(`${algorithm} has no key pair`)
    // Not loaded where the ring has its key, which is at every start but the first.
    const { calculateJwkThumbprint } = await import('jose')
    const kid = (await calculateJwkThumbprint(pair.publicJwk as JWK)) as KeyId
    const at = clock()
    const row = { kid, algorithm, generation: 1, created_at: at }
    await store.keys.add(
      {
        ...row,
        public_jwk: JSON.stringify({ ...pair.publicJwk, kid, alg: algorithm, use: 'sig' }),
        wrapped_private_key: wrap(true).wrap(JSON.stringify(pair.privateJwk), contextOf(row)),
      },
      auditEntry('key_created', at, system, { detail: { kid, algorithm } }),
    )
  }

  #useSharedSecret(secret: string): void {
    const kid = createHash('sha256')
      .update('latchkey hs256 key id\0')
      .update(secret)
      .digest('base64url')
      .slice(0, 22)
    const k = Buffer.from(secret, 'utf8').toString('base64url')
    this.#signing = { kid, algorithm: 'HS256', key: secretKeyOf(secret) }
    // Tokens of another algorithm are not taken beside it: whoever holds the secret can sign.
    this.#verifying = new Map([[kid, importKey({ kty: 'oct', k, kid, alg: 'HS256' }, 'HS256')]])
    this.#published = []
  }
}

function contextOf(row: { kid: string; algorithm: string }): string {
  return `signing-key:${row.kid}:${row.algorithm}`
}
