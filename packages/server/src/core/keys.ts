import type { JsonWebKey } from 'node:crypto'
import { importKey, type VerificationKey } from '@latchkey/guard'
import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { Instant, KeyId, SigningKeyRow } from '../store/schema.js'
import type { Clock } from './clock.js'
import { isPublished, type JudgedKey, judgeKeys, type KeyRing } from './key-ring.js'
import type { KeyWrap } from './key-wrap.js'
import { sharedKey } from './shared-key.js'
import { type AlgorithmName, algorithmNamed } from './signatures.js'
import { openSigningKey, type SigningKey } from './signing-key.js'

export type { SigningKey } from './signing-key.js'

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
  /** That of before, which signs until the first key does. */
  hs256SecretPrevious: string | undefined
  /** Milliseconds that the longest-lived access token is good for, leeway included. */
  tokenLife: number
}

interface ImportedKey {
  kid: KeyId
  jwk: JsonWebKey
  key: VerificationKey
}

/** What is asked for again and again, for as long as the ring stays as it is. */
interface View {
  ring: KeyRing
  signing: SigningKey | undefined
  verifying: ReadonlyMap<string, VerificationKey>
  published: readonly JsonWebKey[]
}

/**
 * The keys in memory. Which of them signs and which verify goes by the time, so that processes agree
 * without talking to each other.
 */
export class Keys {
  readonly #deps: Dependencies
  readonly #imported = new Map<KeyId, ImportedKey>()
  readonly #opened = new Map<KeyId, SigningKey>()
  #rows: readonly SigningKeyRow[] = []
  /** Milliseconds by which the database's clock is ahead of this process's. */
  #ahead = 0
  #view: View | undefined
  #readings = 0
  /** The last reading that was taken. */
  #taken = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Reads the keys, and opens those that sign or will.
   *
   * @throws Error if one of them is under a master secret that is not known here; what verifies is
   *   read all the same, and the keys that were opened before go on
   */
  async load(): Promise<void> {
    await this.#read(() => {
      for (const { row, state } of this.ring.keys) {
        if (state === 'signing' || state === 'pending') this.#open(row)
      }
    })
  }

  /** Reads what verifies, and no private key: enough to look at tokens. */
  async loadPublic(): Promise<void> {
    await this.#read(() => {})
  }

  /** Whether all who check tokens share one secret, which is a setting: there are no keys then. */
  get isShared(): boolean {
    return this.#deps.algorithm === 'HS256'
  }

  /** The shared secret that signs until the first key does, and whose tokens are taken. */
  get previousSecret(): string | undefined {
    return this.#deps.hs256SecretPrevious
  }

  /** Milliseconds that a token is good for at most, leeway included. */
  get tokenLife(): number {
    return this.#deps.tokenLife
  }

  get followsSecret(): boolean {
    return this.previousSecret !== undefined
  }

  get loaded(): boolean {
    return this.#current.signing !== undefined
  }

  /** @throws Refusal `storage_unavailable` where there is no key to sign with */
  get signing(): SigningKey {
    const { signing } = this.#current
    if (signing !== undefined) return signing
    throw new Refusal('storage_unavailable', { message: 'There is no key to sign with' })
  }

  /**
   * Looked up by both, exactly: a key never verifies under another algorithm (checklist B01, B05,
   * B06). At every guarded request, so the clock is not asked: each reading renews the view.
   */
  readonly verification = (
    kid: string | undefined,
    algorithm: string,
  ): VerificationKey | undefined => {
    const { verifying } = this.#view ?? this.#current
    const key = kid === undefined ? undefined : verifying.get(kid)
    return key?.algorithm === algorithm ? key : undefined
  }

  /** The public keys (RFC 7517); never a symmetric one (checklist C01). */
  get jwks(): { keys: readonly JsonWebKey[] } {
    return { keys: this.#current.published }
  }

  /** All keys as they are now; none where the secret is shared. */
  get ring(): KeyRing {
    return this.#current.ring
  }

  /** By the database's clock, as far as this process can tell. */
  get now(): Instant {
    return (this.#deps.clock() + this.#ahead) as Instant
  }

  /** @param open runs in the same turn, so that no request finds keys that are there by half */
  async #read(open: () => void): Promise<void> {
    if (this.isShared) return
    this.#readings += 1
    const reading = this.#readings
    const { rows, now } = await this.#deps.store.keys.read()
    // An answer that was overtaken by a later one must not bring back what has been retired.
    if (reading < this.#taken) return
    this.#taken = reading
    for (const row of rows) this.#import(row)
    this.#rows = rows
    this.#ahead = now - this.#deps.clock()
    this.#forgetAbsent()
    this.#view = undefined
    try {
      open()
    } finally {
      this.#view = undefined
    }
  }

  get #current(): View {
    const { now } = this
    const view = this.#view
    if (view !== undefined && view.ring.from <= now && now < view.ring.until) return view
    const next = this.isShared ? this.#sharedView(now) : this.#viewAt(now)
    this.#view = next
    return next
  }

  #viewAt(now: Instant): View {
    const { tokenLife, hs256SecretPrevious: secret } = this.#deps
    const ring = judgeKeys(this.#rows, now, tokenLife, this.followsSecret)
    const published = ring.keys.filter(isPublished)
    // Where the last key can't be opened here, the last that can be goes on, while its tokens pass.
    const opened = published.filter(({ row }) => this.#opened.has(row.kid))
    const begun = opened.findLast(({ state }) => state !== 'pending')
    const before = secret === undefined ? undefined : sharedKey(secret).signing
    const { row } = begun ?? opened[0] ?? {}
    const key = row && this.#opened.get(row.kid)
    const imported = published.flatMap(({ row }) => this.#imported.get(row.kid) ?? [])
    return {
      ring,
      signing: begun === undefined ? (before ?? key) : key,
      // Not the secret's: what its tokens must hold is another question than what those of keys must.
      verifying: new Map(imported.map(({ kid, key }) => [kid, key])),
      published: imported.map(({ jwk }) => jwk),
    }
  }

  #sharedView(now: Instant): View {
    const { hs256Secret: secret, tokenLife } = this.#deps
    const ring = judgeKeys([], now, tokenLife)
    if (secret === undefined) {
      return { ring, signing: undefined, verifying: new Map(), published: [] }
    }
    const { signing, verifying } = sharedKey(secret)
    // Tokens of another algorithm are not taken beside it: whoever holds the secret can sign.
    return { ring, signing, verifying: new Map([[signing.kid, verifying]]), published: [] }
  }

  /** Kept for as long as its row is there: a guard remembers tokens by the very key that verified them. */
  #import({ kid, public_jwk, algorithm }: SigningKeyRow): void {
    if (this.#imported.has(kid)) return
    const jwk = JSON.parse(public_jwk) as JsonWebKey
    this.#imported.set(kid, { kid, jwk, key: importKey(jwk, algorithmNamed(algorithm)) })
  }

  /** Under a master secret of which this process does not know, it must not make the next key either. */
  #open(row: SigningKeyRow): void {
    const wrap = this.#deps.wrap(false)
    const isKnown = wrap.secretOf(row.wrapped_private_key) !== 'unknown'
    if (this.#opened.has(row.kid) && isKnown) return
    this.#opened.set(row.kid, openSigningKey(row, wrap))
  }

  #forgetAbsent(): void {
    const present = new Set(this.#rows.map(({ kid }) => kid))
    for (const map of [this.#imported, this.#opened]) {
      for (const kid of map.keys()) if (!present.has(kid)) map.delete(kid)
    }
  }
}

/** What anybody is shown of a key, member by member (checklist C01). */
export function keyRecord({ row, state, verifiesUntil }: JudgedKey) {
  return {
    kid: row.kid,
    alg: row.algorithm,
    state,
    created_at: isoTime(row.created_at),
    signs_from: isoTime(row.signs_from),
    verifies_until:
      state === 'retired' || verifiesUntil === undefined ? null : isoTime(verifiesUntil),
    retired_at: row.retired_at === null ? null : isoTime(row.retired_at),
  }
}

function isoTime(at: Instant): string {
  return new Date(at).toISOString()
}
