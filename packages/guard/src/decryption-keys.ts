import { isOnP256 } from './curve-points.js'
import { bytesOf, textOf } from './jwk-members.js'
import type { Jwk } from './keys.js'
import { rsaFault, rsaSignatureLength } from './rsa-modulus.js'

/** How a token's content key is handed over (RFC 7518 section 4.1): the `alg` of an encrypted token. */
export type EncryptionAlgorithm = 'ECDH-ES+A256KW' | 'RSA-OAEP-256' | 'dir'

/** A private JWK as it comes from outside, or a symmetric one (RFC 7518 section 6). */
export interface PrivateJwk extends Jwk {
  readonly d?: string | undefined
  readonly p?: string | undefined
  readonly q?: string | undefined
  readonly dp?: string | undefined
  readonly dq?: string | undefined
  readonly qi?: string | undefined
}

/** A key that opens encrypted tokens of exactly one algorithm. */
export interface DecryptionKey {
  readonly algorithm: EncryptionAlgorithm
  readonly kid: string | undefined
  /** Where the ephemeral key of each token lies, for algorithms that have one. */
  readonly curve: EphemeralCurve | undefined
  /** The bytes of each token's encrypted content key. */
  readonly encryptedKeyLength: number
  /**
   * Decrypts a JWE in compact form, whatever is in it; `undefined` for one that was not made for
   * this key. A guard looks closely first.
   */
  decrypt(jwe: string): Promise<Uint8Array | undefined>
}

/** The curves that keys are agreed upon by. */
export type EphemeralCurve = 'P-256' | 'X25519'

/** The one way of encrypting the content itself that is made and taken. */
export const contentEncryption = 'A256GCM'

/**
 * Checks a private JWK, or a symmetric one of 256 bits, and binds it to one algorithm. The platform
 * reads it when the first token needs it, by jose, which is loaded only then.
 *
 * @throws TypeError if the key is public, weak, malformed, meant for something else, or of a kind
 * that is not taken (checklist C03)
 */
export function importDecryptionKey(jwk: PrivateJwk): DecryptionKey {
  if (typeof jwk !== 'object' || jwk === null) throw new TypeError('a decryption key is a JWK')
  const { kid } = jwk
  if (kid !== undefined) assertKid(kid)
  const { members, ...traits } = readMembers(jwk)
  assertPurpose(jwk, traits.algorithm)
  return Object.freeze({ ...traits, kid, decrypt: decryption(members, traits.algorithm) })
}

/** It must fit, as JSON, into a header of 1 kB beside an ephemeral key. */
function assertKid(kid: unknown): void {
  const bytes = new TextEncoder().encode(JSON.stringify(kid)).length
  if (typeof kid !== 'string' || kid === '' || bytes > maxKidBytes) {
    throw new TypeError(`a kid is a string that is not empty, of at most ${maxKidBytes} bytes`)
  }
}

const maxKidBytes = 512

type Members = { readonly kty: string } & Readonly<Record<string, string>>

interface CheckedKey extends Pick<DecryptionKey, 'algorithm' | 'curve' | 'encryptedKeyLength'> {
  /** All that the platform gets to see. */
  readonly members: Members
}

function readMembers(jwk: PrivateJwk): CheckedKey {
  switch (jwk.kty) {
    case 'EC':
      return readP256(jwk)
    case 'OKP':
      return readX25519(jwk)
    case 'RSA':
      return readRsa(jwk)
    case 'oct':
      return readSymmetric(jwk)
    default:
      throw new TypeError('a decryption key has kty EC, OKP, RSA or oct')
  }
}

const coordinateLength = 32
/** A content key of 256 bits under AES key wrap (RFC 3394). */
const wrappedKeyLength = 40

function readP256(jwk: PrivateJwk): CheckedKey {
  if (jwk.crv !== 'P-256') throw new TypeError('an EC key to decrypt with has crv P-256')
  const [x, y] = [bytesOf(jwk, 'x', coordinateLength), bytesOf(jwk, 'y', coordinateLength)]
  bytesOf(jwk, 'd', coordinateLength)
  if (!isOnP256(x, y)) throw new TypeError('the key is no point of P-256')
  return ofCurve('P-256', members(jwk, 'EC', ['crv', 'x', 'y', 'd']))
}

function readX25519(jwk: PrivateJwk): CheckedKey {
  if (jwk.crv !== 'X25519') throw new TypeError('an OKP key to decrypt with has crv X25519')
  bytesOf(jwk, 'x', coordinateLength)
  bytesOf(jwk, 'd', coordinateLength)
  return ofCurve('X25519', members(jwk, 'OKP', ['crv', 'x', 'd']))
}

function ofCurve(curve: EphemeralCurve, members: Members): CheckedKey {
  return { algorithm: 'ECDH-ES+A256KW', curve, encryptedKeyLength: wrappedKeyLength, members }
}

function readRsa(jwk: PrivateJwk): CheckedKey {
  const modulus = bytesOf(jwk, 'n')
  const fault = rsaFault(modulus, bytesOf(jwk, 'e'))
  if (fault !== undefined) throw new TypeError(`the RSA key ${fault}`)
  return {
    algorithm: 'RSA-OAEP-256',
    curve: undefined,
    encryptedKeyLength: rsaSignatureLength(modulus),
    members: members(jwk, 'RSA', ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi']),
  }
}

function readSymmetric(jwk: PrivateJwk): CheckedKey {
  bytesOf(jwk, 'k', 32)
  return {
    algorithm: 'dir',
    curve: undefined,
    encryptedKeyLength: 0,
    members: members(jwk, 'oct', ['k']),
  }
}

function members(jwk: PrivateJwk, kty: string, names: readonly (keyof PrivateJwk)[]): Members {
  return { kty, ...Object.fromEntries(names.map((name) => [name, textOf(jwk, name)])) }
}

/** RFC 7517 sections 4.2 to 4.4. */
function assertPurpose(jwk: PrivateJwk, algorithm: EncryptionAlgorithm): void {
  const { algs, operations } = purposes[algorithm]
  if (jwk.alg !== undefined && !algs.includes(jwk.alg)) {
    throw new TypeError(`a ${String(jwk.kty)} key to decrypt with has alg ${algs.join(' or ')}`)
  }
  if (jwk.use !== undefined && jwk.use !== 'enc') {
    throw new TypeError('a decryption key has use enc')
  }
  if (jwk.key_ops !== undefined && !operations.some((each) => jwk.key_ops?.includes(each))) {
    throw new TypeError(`a decryption key has one of ${operations.join(', ')} among its key_ops`)
  }
}

const purposes: Readonly<
  Record<EncryptionAlgorithm, { algs: readonly string[]; operations: readonly string[] }>
> = {
  'ECDH-ES+A256KW': { algs: ['ECDH-ES+A256KW'], operations: ['deriveBits', 'deriveKey'] },
  'RSA-OAEP-256': { algs: ['RSA-OAEP-256'], operations: ['decrypt', 'unwrapKey'] },
  // A symmetric JWK may name what its very bytes are used for (as in RFC 7520 section 5.6).
  dir: { algs: ['dir', contentEncryption], operations: ['decrypt'] },
}

function decryption(members: Members, algorithm: EncryptionAlgorithm): DecryptionKey['decrypt'] {
  const load = async () => {
    const jose = await import('jose')
    return { jose, key: await jose.importJWK(members, algorithm) }
  }
  let imported: ReturnType<typeof load> | undefined
  const options = {
    keyManagementAlgorithms: [algorithm],
    contentEncryptionAlgorithms: [contentEncryption],
  }
  return async (jwe) => {
    imported ??= load()
    const { jose, key } = await imported
    try {
      return (await jose.compactDecrypt(jwe, key, options)).plaintext
    } catch {
      // The key is good by now: whatever fails does so for what the token holds (checklist B15).
      return undefined
    }
  }
}
