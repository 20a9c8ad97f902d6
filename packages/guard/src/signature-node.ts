import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  type SigningOptions,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { AsymmetricAlgorithm } from './algorithms.js'
import type { SignaturePlatform } from './signature.js'

/**
 * Synchronous: WebCrypto's calls queue behind password hashes in libuv's pool, and each costs more
 * than the HMAC that it computes.
 */
export const platform: SignaturePlatform = {
  hmac(secret) {
    const key = createSecretKey(secret)
    return (input, signature) => {
      const expected = createHmac('sha256', key).update(input, 'latin1').digest()
      return signature.length === expected.length && timingSafeEqual(signature, expected)
    }
  },

  publicKey(jwk, algorithm) {
    const { digest, options } = mathematics[algorithm]
    const key = { ...options, key: createPublicKey({ key: jwk, format: 'jwk' }) }
    return (input, signature) => verify(digest, Buffer.from(input, 'latin1'), key, signature)
  },
}

const mathematics: Readonly<
  Record<AsymmetricAlgorithm, { digest: string | null; options: SigningOptions }>
> = {
  RS256: { digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  // RFC 7518 section 3.5: the salt is as long as the digest. OpenSSL would take any length.
  PS256: {
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  },
  ES256: { digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { digest: null, options: {} },
}
