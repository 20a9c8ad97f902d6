import {
  constants,
  createHmac,
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto'

/** A way to sign (RFC 7518 section 3, RFC 8037). */
export interface SignatureAlgorithm {
  /** Makes a key pair as JWKs; HS256 has none, its secret comes from the settings. */
  generate?: () => { publicJwk: JsonWebKey; privateJwk: JsonWebKey }
  sign(data: Buffer, key: KeyObject): Buffer
}

const algorithmNames = ['EdDSA', 'ES256', 'RS256', 'PS256', 'HS256'] as const
export type AlgorithmName = (typeof algorithmNames)[number]

export const signatureAlgorithms: Readonly<Record<AlgorithmName, SignatureAlgorithm>> = {
  EdDSA: {
    generate: () => jwks(generateKeyPairSync('ed25519')),
    sign: (data, key) => sign(null, data, key),
  },
  ES256: {
    generate: () => jwks(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
    sign: (data, key) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
  },
  RS256: {
    generate: () => jwks(generateKeyPairSync('rsa', { modulusLength: 2048 })),
    sign: (data, key) => sign('sha256', data, key),
  },
  PS256: {
    generate: () => jwks(generateKeyPairSync('rsa', { modulusLength: 2048 })),
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

function jwks(pair: { publicKey: KeyObject; privateKey: KeyObject }) {
  return {
    publicJwk: pair.publicKey.export({ format: 'jwk' }),
    privateJwk: pair.privateKey.export({ format: 'jwk' }),
  }
}
