import type { AsymmetricAlgorithm } from './algorithms.js'
import type { SignatureCheck, SignaturePlatform } from './signature.js'

/** WebCrypto, for every platform that is not Node. A key is imported when it is first needed. */
export const platform: SignaturePlatform = {
  hmac(secret) {
    return check({ name: 'HMAC' }, () =>
      crypto.subtle.importKey('raw', toBuffer(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
        'verify',
      ]),
    )
  },

  publicKey(jwk, algorithm) {
    const { imported, verified } = mathematics[algorithm]
    return check(verified, () =>
      crypto.subtle.importKey('jwk', { ...jwk }, imported, false, ['verify']),
    )
  },
}

const mathematics: Readonly<
  Record<
    AsymmetricAlgorithm,
    {
      imported: RsaHashedImportParams | EcKeyImportParams | Algorithm
      verified: Algorithm | RsaPssParams | EcdsaParams
    }
  >
> = {
  RS256: {
    imported: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    verified: { name: 'RSASSA-PKCS1-v1_5' },
  },
  PS256: {
    imported: { name: 'RSA-PSS', hash: 'SHA-256' },
    verified: { name: 'RSA-PSS', saltLength: 32 },
  },
  ES256: {
    imported: { name: 'ECDSA', namedCurve: 'P-256' },
    verified: { name: 'ECDSA', hash: 'SHA-256' },
  },
  EdDSA: { imported: { name: 'Ed25519' }, verified: { name: 'Ed25519' } },
}

function check(algorithm: Algorithm, load: () => Promise<CryptoKey>): SignatureCheck {
  let key: Promise<CryptoKey> | undefined
  return async (input, signature) => {
    key ??= load()
    return crypto.subtle.verify(
      algorithm,
      await key,
      toBuffer(signature),
      oneBytePerCharacter(input),
    )
  }
}

function oneBytePerCharacter(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

/** WebCrypto's types take no view of shared memory. */
function toBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
