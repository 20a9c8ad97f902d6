import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/**
 * Keeps private keys encrypted under the master secret, so that a copy of the database signs
 * nothing (checklist C05). The form is versioned: `v1.<id of the master secret>.<iv>.<sealed>`.
 */
export class KeyWrap {
  readonly #key: Uint8Array
  readonly #previous: KeyWrap | undefined
  /** Tells which master secret wrapped a key, and nothing about the secret. */
  readonly id: string

  /** @param previousSecret opens what it wrapped, and wraps nothing any more */
  constructor(masterSecret: Uint8Array, previousSecret?: Uint8Array) {
    this.#key = derive(masterSecret, 'latchkey key wrap v1')
    const name = derive(masterSecret, 'latchkey master secret id v1')
    this.id = createHash('sha256').update(name).digest('base64url').slice(0, 11)
    this.#previous = previousSecret && new KeyWrap(previousSecret)
  }

  /** Whether it is under the present master secret, the one before that, or one that is not known here. */
  secretOf(wrapped: string): 'present' | 'previous' | 'unknown' {
    const [, id] = wrapped.split('.')
    if (id === this.id) return 'present'
    return id !== undefined && id === this.#previous?.id ? 'previous' : 'unknown'
  }

  /** How everything begins that needs the previous master secret; undefined where there is none. */
  get previousPrefix(): string | undefined {
    return this.#previous && `v1.${this.#previous.id}.`
  }

  /** @param context what the key is, bound into the result so that two can't be swapped */
  wrap(secret: string, context: string): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv)
    cipher.setAAD(Buffer.from(context))
    const sealed = Buffer.concat([
      cipher.update(secret, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ])
    return ['v1', this.id, iv.toString('base64url'), sealed.toString('base64url')].join('.')
  }

  /** @throws Error, in words for the operator, if it was wrapped under another master secret or changed since */
  unwrap(wrapped: string, context: string): string {
    if (this.#previous !== undefined && this.secretOf(wrapped) === 'previous') {
      return this.#previous.unwrap(wrapped, context)
    }
    const [version, id, iv = '', sealed = '', ...more] = wrapped.split('.')
    if (version !== 'v1' || id !== this.id || more.length > 0) throw anotherSecret()
    const bytes = Buffer.from(sealed, 'base64url')
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, Buffer.from(iv, 'base64url'), {
        authTagLength: tagLength,
      })
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(bytes.subarray(-tagLength))
      return (
        decipher.update(bytes.subarray(0, -tagLength), undefined, 'utf8') + decipher.final('utf8')
      )
    } catch (cause) {
      throw anotherSecret(cause)
    }
  }
}

/** Bytes. A shorter tag, which the cipher would take unasked, can be guessed. */
const tagLength = 16

function anotherSecret(cause?: unknown): Error {
  return new Error(
    'The keys in the database were stored under another master secret: give the LATCHKEY_SECRET_KEY (or the secret.key file) that belongs to this database.',
    { cause },
  )
}

function derive(masterSecret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterSecret, new Uint8Array(), purpose, 32))
}
