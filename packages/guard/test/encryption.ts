/** Encrypted tokens as jose makes them, and as nobody should. */

import { createCipheriv, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import type { EncryptionAlgorithm, PrivateJwk } from '../src/decryption-keys.js'
import { encode } from './tokens.js'

export interface Recipient {
  readonly algorithm: EncryptionAlgorithm
  readonly jwk: PrivateJwk & { readonly kid: string }
}

const contentKey = randomBytes(32)

export const recipients = {
  'P-256': recipient('ECDH-ES+A256KW', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  X25519: recipient('ECDH-ES+A256KW', generateKeyPairSync('x25519')),
  RSA: recipient('RSA-OAEP-256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  symmetric: {
    algorithm: 'dir',
    jwk: { kty: 'oct', kid: 'shared', k: contentKey.toString('base64url') },
  },
} as const satisfies Record<string, Recipient>

/** The public half of a private JWK; of a symmetric one all there is. */
export function publicHalf({ kty, crv, x, y, n, e, k }: PrivateJwk): JWK {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, k }))
}

/** Encrypts by jose; `undefined` takes a header's member away. */
export async function encrypted(
  { algorithm, jwk }: Recipient,
  plaintext: string | Uint8Array,
  header: object = {},
): Promise<string> {
  const full = { alg: algorithm, enc: 'A256GCM', cty: 'JWT', kid: jwk.kid, ...header }
  const given = JSON.parse(JSON.stringify(full))
  return new CompactEncrypt(Buffer.from(plaintext))
    .setProtectedHeader(given)
    .encrypt(await importJWK(publicHalf(jwk), full.alg))
}

/**
 * Encrypts for the symmetric key under a header of these very bytes: all is right about it then but
 * what the header says.
 */
export function sealedUnder(header: string | Buffer, plaintext: string, encryptedKey = ''): string {
  const head = encode(header)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(head))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return [head, encryptedKey, encode(iv), encode(ciphertext), encode(cipher.getAuthTag())].join('.')
}

function recipient(
  algorithm: EncryptionAlgorithm,
  { privateKey }: { privateKey: KeyObject },
): Recipient {
  const jwk = privateKey.export({ format: 'jwk' })
  return { algorithm, jwk: { ...jwk, kid: `${jwk.crv ?? jwk.kty}-key` } }
}
