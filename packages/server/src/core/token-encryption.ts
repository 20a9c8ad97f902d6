import { importDecryptionKey } from '@latchkey/guard'
import type { JWK } from 'jose'
import type { EncryptionKey } from '../settings/encryption-key.js'

/** Encrypts signed tokens for whoever has the private key (nested JWTs, RFC 7519 section 5.2). */
export class TokenEncryption {
  readonly #key: EncryptionKey
  #seal: Promise<Seal> | undefined

  constructor(key: EncryptionKey) {
    this.#key = key
  }

  /** Makes all ready, so that the first token does not wait for it. */
  load(): Promise<Seal> {
    this.#seal ??= makeSeal(this.#key)
    return this.#seal
  }

  async seal(token: string): Promise<string> {
    const seal = await this.load()
    return seal(token)
  }

  /** What is in an encrypted token, good or not; undefined for one that was made for another key. */
  async open(token: string): Promise<string | undefined> {
    const bytes = await importDecryptionKey(this.#key.jwk).decrypt(token)
    return bytes && new TextDecoder().decode(bytes)
  }
}

type Seal = (token: string) => Promise<string>

async function makeSeal({ algorithm, jwk }: EncryptionKey): Promise<Seal> {
  // Not loaded where tokens are not encrypted.
  const { CompactEncrypt, importJWK } = await import('jose')
  const key = await importJWK(publicMembers(jwk), algorithm)
  const header = {
    alg: algorithm,
    enc: 'A256GCM',
    cty: 'JWT',
    ...(jwk.kid !== undefined && { kid: jwk.kid }),
  }
  return (token) =>
    new CompactEncrypt(new TextEncoder().encode(token)).setProtectedHeader(header).encrypt(key)
}

/** What it takes to encrypt. A symmetric key has no public half. */
function publicMembers({ kty, crv, x, y, n, e, k }: EncryptionKey['jwk']): JWK {
  const members = { kty, crv, x, y, n, e, k }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
