import {
  constants,
  createHmac,
  createPrivateKey,
  createSecretKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  type KeyPairKeyObjectResult,
  sign,
} from 'node:crypto'
import { promisify } from 'node:util'

/** A way to sign (RFC 7518 section 3, RFC 8037). */
export interface SignatureAlgorithm {
  /** Makes a key pair as JWKs; HS256 has none, its secret comes from the settings. */
  generate?: () => Promise<{ publicJwk: JsonWebKey; privateJwk: JsonWebKey }>
  sign(data: Buffer, key: KeyObject): Buffer
}

/** Off the event loop: an RSA key may take a second. */
const newKeyPair = promisify(generateKeyPair)

const algorithmNames = ['EdDSA', 'ES256', 'RS256', 'PS256', 'HS256'] as const
export type AlgorithmName = (typeof algorithmNames)[number]

export const signatureAlgorithms: Readonly<Record<AlgorithmName, SignatureAlgorithm>> = {
  EdDSA: {
    generate: async () => jwks(await newKeyPair('ed25519')),
    sign: (data, key) => sign(null, data, key),
  },
  ES256: {
    generate: async () => jwks(await newKeyPair('ec', { namedCurve: 'P-256' })),
    sign: (data, key) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
  },
  RS256: {
    generate: async () => jwks(await newKeyPair('rsa', { modulusLength: 2048 })),
    sign: (data, key) => sign('sha256', data, key),
  },
  PS256: {
    generate: async () => jwks(await newKeyPair('rsa', { modulusLength: 2048 })),
    // The salt is as long as the hash (RFC 7518 section 3.5).
    sign: (data, key) =>
      sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  },
  HS256: { sign: (data, key) => createHmac('sha256', key).update(data).digest() },
}

/** @throws Error for a name that is not in the table, as a newer version may have stored it */
export function algorithmNamed(name: string): AlgorithmName {
  const known = algorithmNames.find((algorithm) => algorithm === name)
  if (known === undefined)
    throw new Error(`The database has a key for ${name}, which is not known here`)
  return known
}

export function privateKeyOf(jwk: JsonWebKey): KeyObject {
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

export function secretKeyOf(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'))
}

function jwks(pair: KeyPairKeyObjectResult) {
  return {
    publicJwk: pair.publicKey.export({ format: 'jwk' }),
    privateJwk: pair.privateKey.export({ format: 'jwk' }),
  }
}
