import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { type EncryptionAlgorithm, importDecryptionKey, type PrivateJwk } from '@latchkey/guard'
import { Fault, type Value } from './values.js'

/** What access tokens are encrypted for. */
export interface EncryptionKey {
  readonly algorithm: EncryptionAlgorithm
  readonly jwk: PrivateJwk
}

/** A file with a private JWK, or a symmetric one, that not everyone can read (checklist L01). */
export const encryptionKeyFile: Value<EncryptionKey> = {
  parse: (path) => {
    // A key that stands where its file's path should stand, or no text at all.
    if (/^\s*\{|\0/.test(path)) return new Fault(`should be ${form}`)
    const text = contentOf(path)
    return text instanceof Fault ? text : keyOf(text)
  },
}

const form =
  'the path of a file with a private JWK (EC on P-256, OKP on X25519, or RSA of 2048 bits or more), or a symmetric one of 256 bits'

function contentOf(path: string): string | Fault {
  try {
    // Windows has no such modes; there the folder's access list decides.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o007) !== 0) {
      return new Fault(
        'names a file that everyone on this machine can read or write: take that away (chmod o-rwx)',
      )
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code = 'no reason given' } = error as NodeJS.ErrnoException
    return new Fault(`names a file that can't be read (${code})`)
  }
}

function keyOf(text: string): EncryptionKey | Fault {
  try {
    const jwk: PrivateJwk = JSON.parse(text)
    const { algorithm } = importDecryptionKey(jwk)
    return isOnePair(jwk)
      ? { algorithm, jwk }
      : new Fault('names a file with a key whose private and public parts do not belong together')
  } catch (error) {
    // What JSON.parse has to say shows some of the text.
    const reason = error instanceof TypeError ? error.message : 'it is no JSON'
    return new Fault(`names a file with no key that can be used: ${reason}`)
  }
}

/** Nobody could read what is encrypted for another key's half, and OpenSSL lets the two stand in one JWK. */
function isOnePair(jwk: PrivateJwk): boolean {
  const { kty, crv, x, y, n, e } = jwk
  if (kty === 'oct') return true
  try {
    const privateKey = createPrivateKey({ key: definedOf(jwk), format: 'jwk' })
    const publicKey = createPublicKey({ key: definedOf({ kty, crv, x, y, n, e }), format: 'jwk' })
    return kty === 'RSA' ? opens(privateKey, publicKey) : agrees(privateKey, publicKey, crv)
  } catch {
    // OpenSSL refuses what is no key of any pair.
    return false
  }
}

function definedOf(members: PrivateJwk): JsonWebKey {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function opens(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const probe = Buffer.from('probe')
  return privateDecrypt(privateKey, publicEncrypt(publicKey, probe)).equals(probe)
}

function agrees(privateKey: KeyObject, publicKey: KeyObject, curve: string | undefined): boolean {
  const other =
    curve === 'X25519'
      ? generateKeyPairSync('x25519')
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ours = diffieHellman({ privateKey, publicKey: other.publicKey })
  return ours.equals(diffieHellman({ privateKey: other.privateKey, publicKey }))
}
