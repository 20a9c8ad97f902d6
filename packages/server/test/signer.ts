import {
  constants,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto'
import type { AlgorithmName } from '../src/core/signatures.js'

/** Header and claims of a token, unverified: for tests that change one thing in a good one. */
export function opened(token: string): {
  header: Record<string, unknown>
  claims: Record<string, unknown>
} {
  const [header = '', claims = ''] = token.split('.')
  return { header: decode(header), claims: decode(claims) }
}

/** A JWT with exactly this header and these claims, signed by the key as `algorithm` asks. */
export function signed(
  header: object,
  claims: object,
  algorithm: AlgorithmName,
  key: KeyObject,
): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${signature(input, algorithm, key).toString('base64url')}`
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export const strangers = generateKeyPairSync('ed25519')

function signature(text: string, algorithm: AlgorithmName, key: KeyObject): Buffer {
  const input = Buffer.from(text)
  if (algorithm === 'HS256') return createHmac('sha256', key).update(input).digest()
  const digest = algorithm === 'EdDSA' ? null : 'sha256'
  return signBytes(digest, input, { key, ...options[algorithm] })
}

const options = {
  EdDSA: {},
  ES256: { dsaEncoding: 'ieee-p1363' },
  RS256: {},
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
} as const

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
