import {
  type Algorithm,
  type AlgorithmRow,
  type AsymmetricAlgorithm,
  algorithms,
} from './algorithms.js'
import { isOnP256, isUsableEd25519Key } from './curve-points.js'
import { bytesOf, textOf } from './jwk-members.js'
import { rsaFault, rsaSignatureLength } from './rsa-modulus.js'
import type { PublicJwk, SignatureCheck, SignaturePlatform } from './signature.js'

/** A key that verifies signatures of exactly one algorithm (RFC 8725 section 3.1; checklist B01). */
export interface VerificationKey {
  readonly algorithm: Algorithm
  /** The bytes of each of its signatures. */
  readonly signatureLength: number
  readonly verifies: SignatureCheck
}

/** A JSON Web Key as it comes from outside (RFC 7517); members not listed are ignored. */
export interface Jwk {
  readonly kty?: string | undefined
  readonly alg?: string | undefined
  readonly kid?: string | undefined
  readonly use?: string | undefined
  readonly key_ops?: readonly string[] | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly k?: string | undefined
}

/**
 * Checks a public JWK (or, for HS256, a symmetric one) and binds it to one algorithm.
 *
 * @throws TypeError if the key is private, weak, malformed, meant for something else, or of
 * another algorithm (checklist C03)
 */
export function importKey(
  platform: SignaturePlatform,
  jwk: Jwk,
  algorithm: Algorithm,
): VerificationKey {
  const row = algorithms.get(algorithm)
  if (row === undefined) throw new TypeError(`${String(algorithm)} is no algorithm of this guard`)
  assertPurpose(jwk, row)
  return row.name === 'HS256'
    ? importSecret(platform, bytesOf(jwk, 'k'))
    : importPublicKey(platform, jwk, row, row.name)
}

/**
 * Makes an HS256 key of a secret.
 *
 * @throws TypeError if the secret has less than 32 bytes (RFC 7518 section 3.2; checklist C04)
 */
export function importSecret(
  platform: SignaturePlatform,
  secret: string | Uint8Array,
): VerificationKey {
  const bytes =
    typeof secret === 'string' ? new TextEncoder().encode(secret) : new Uint8Array(secret)
  if (bytes.length < hs256Length) {
    throw new TypeError(`an HS256 secret needs ${hs256Length} bytes or more, not ${bytes.length}`)
  }
  return Object.freeze({
    algorithm: 'HS256',
    signatureLength: hs256Length,
    verifies: platform.hmac(bytes),
  })
}

const hs256Length = 32
const coordinateLength = 32

function importPublicKey(
  platform: SignaturePlatform,
  jwk: Jwk,
  row: AlgorithmRow,
  algorithm: AsymmetricAlgorithm,
): VerificationKey {
  assertPublic(jwk)
  const { publicJwk, signatureLength } = row.kty === 'RSA' ? readRsa(jwk) : readPoint(jwk)
  return Object.freeze({
    algorithm,
    signatureLength,
    verifies: platform.publicKey(publicJwk, algorithm),
  })
}

function assertPublic(jwk: Jwk): void {
  for (const [member, value] of Object.entries(jwk)) {
    if (privateMembers.has(member) && value !== undefined) {
      throw new TypeError(`a verification key has no member ${member}`)
    }
  }
}

/** RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1. */
const privateMembers: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])

function assertPurpose(jwk: Jwk, row: AlgorithmRow): void {
  if (jwk.kty !== row.kty) throw new TypeError(`an ${row.name} key has kty ${row.kty}`)
  if (row.crv !== undefined && jwk.crv !== row.crv) {
    throw new TypeError(`an ${row.name} key has crv ${row.crv}`)
  }
  if (jwk.alg !== undefined && jwk.alg !== row.name) {
    throw new TypeError(`a key made for another algorithm is no ${row.name} key`)
  }
  if (jwk.use !== undefined && jwk.use !== 'sig') {
    throw new TypeError('a verification key has use sig')
  }
  if (jwk.key_ops !== undefined && !jwk.key_ops.includes('verify')) {
    throw new TypeError('a verification key has verify among its key_ops')
  }
}

interface CheckedKey {
  readonly publicJwk: PublicJwk
  readonly signatureLength: number
}

function readRsa(jwk: Jwk): CheckedKey {
  const modulus = bytesOf(jwk, 'n')
  const fault = rsaFault(modulus, bytesOf(jwk, 'e'))
  if (fault !== undefined) throw new TypeError(`the RSA key ${fault}`)
  const publicJwk = { kty: 'RSA', n: textOf(jwk, 'n'), e: textOf(jwk, 'e') } as const
  return { publicJwk, signatureLength: rsaSignatureLength(modulus) }
}

function readPoint(jwk: Jwk): CheckedKey {
  return { publicJwk: jwk.kty === 'EC' ? readP256(jwk) : readEd25519(jwk), signatureLength: 64 }
}

function readP256(jwk: Jwk): PublicJwk {
  const x = bytesOf(jwk, 'x', coordinateLength)
  const y = bytesOf(jwk, 'y', coordinateLength)
  if (!isOnP256(x, y)) throw new TypeError('the key is no point of P-256')
  return { kty: 'EC', crv: 'P-256', x: textOf(jwk, 'x'), y: textOf(jwk, 'y') }
}

function readEd25519(jwk: Jwk): PublicJwk {
  if (!isUsableEd25519Key(bytesOf(jwk, 'x', coordinateLength))) {
    throw new TypeError('the key is no usable point of Ed25519')
  }
  return { kty: 'OKP', crv: 'Ed25519', x: textOf(jwk, 'x') }
}
