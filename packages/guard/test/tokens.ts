import {
  constants,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import type { Algorithm, AsymmetricAlgorithm } from '../src/algorithms.js'
import type { KeySource } from '../src/jwks.js'
import { importKey, type Jwk } from '../src/keys.js'
import type { SignaturePlatform } from '../src/signature.js'
import { platform as node } from '../src/signature-node.js'
import { platform as web } from '../src/signature-web.js'

export const issuer = 'https://auth.example.com'
export const audience = 'https://api.example.com'

/** The hour at which these tests take place, in seconds. */
export const noon = 1_800_000_000

/** Both kinds of platform: whatever holds on one must hold on the other. */
export const platforms: readonly (readonly [string, SignaturePlatform])[] = [
  ['node:crypto', node],
  ['WebCrypto', web],
]

export interface Signer {
  readonly algorithm: Algorithm
  readonly kid: string
  readonly jwk: Jwk
  readonly sign: (input: string) => Uint8Array
}

export const secret = randomBytes(32)

export const signers: Readonly<Record<Algorithm, Signer>> = {
  HS256: {
    algorithm: 'HS256',
    kid: 'HS256-key',
    jwk: { kty: 'oct', k: secret.toString('base64url') },
    sign: (input) => createHmac('sha256', secret).update(input).digest(),
  },
  RS256: asymmetric('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  PS256: asymmetric('PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
  ES256: asymmetric('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  EdDSA: asymmetric('EdDSA', generateKeyPairSync('ed25519')),
}

export function asymmetric(
  algorithm: AsymmetricAlgorithm,
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
): Signer {
  const options = {
    RS256: { padding: constants.RSA_PKCS1_PADDING },
    PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    ES256: { dsaEncoding: 'ieee-p1363' } as const,
    EdDSA: {},
  }[algorithm]
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  return {
    algorithm,
    kid: `${algorithm}-key`,
    jwk: publicKey.export({ format: 'jwk' }),
    sign: (input) => sign(digest, Buffer.from(input), { key: privateKey, ...options }),
  }
}

/** A source with the keys of all signers, by `kid` alone: the guard must hold `alg` against them. */
export function allKeys(platform: SignaturePlatform): KeySource {
  const keys = new Map(
    Object.values(signers).map(({ kid, jwk, algorithm }) => [
      kid,
      importKey(platform, jwk, algorithm),
    ]),
  )
  return (kid) => (kid === undefined ? undefined : keys.get(kid))
}

export const goodClaims = {
  iss: issuer,
  aud: audience,
  sub: 'user-1',
  client_id: 'first-party',
  iat: noon - 60,
  exp: noon + 1800,
  jti: 'token-1',
  scope: 'items:read account',
  sid: 'session-1',
  auth_time: noon - 60,
}

/** A signed token; `undefined` takes a member away. */
export function mint(signer: Signer, claims: object = {}, header: object = {}): string {
  return mintText(
    signer,
    JSON.stringify({ alg: signer.algorithm, typ: 'at+jwt', kid: signer.kid, ...header }),
    JSON.stringify({ ...goodClaims, ...claims }),
  )
}

/** A signed token of these very bytes. */
export function mintText(
  signer: Signer,
  header: string | Buffer,
  payload: string | Buffer,
): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${encode(signer.sign(input))}`
}

export function encode(bytes: string | Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
