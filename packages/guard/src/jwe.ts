import { decodeBase64Url } from './base64url.js'
import { isMediaType } from './claims.js'
import { isOnP256 } from './curve-points.js'
import { contentEncryption, type DecryptionKey } from './decryption-keys.js'
import { parseHeader } from './jose-header.js'
import { isObject, type JsonObject } from './strict-json.js'

/** Finds the key to open a token with by the `kid` of its header. */
export type DecryptionKeySource = (kid: string | undefined) => DecryptionKey | undefined

/**
 * Opens a JWE in compact form that holds a signed token (RFC 7516 section 5.2, RFC 7519 section
 * 5.2). What is not spelled in the one canonical way, does not fit the key to the byte, or has a
 * header that asks for more than this, is not decrypted at all (checklist C12). What comes out is
 * untrusted still: anybody can encrypt for a public key. Answers `undefined` for what is no such token.
 */
export async function openJwe(
  token: string,
  keys: DecryptionKeySource,
): Promise<string | undefined> {
  const parts = split(token)
  const header = parts && parseHeader(parts.header)
  if (parts === undefined || header === undefined || !asksForNoMore(header)) return undefined

  const { alg, enc, cty, kid } = header
  if (enc !== contentEncryption || !isMediaType(cty, 'JWT')) return undefined
  if (kid !== undefined && typeof kid !== 'string') return undefined
  const key = keys(kid)
  if (key === undefined || key.algorithm !== alg) return undefined

  if (!fitEphemeralKey(header, key) || !fitBytes(parts, key)) return undefined
  const plaintext = await key.decrypt(token)
  // Bytes that are no ASCII become letters that no token has.
  return plaintext && latin1.decode(plaintext)
}

/** Whether it is in five parts, as encrypted tokens are. */
export function looksEncrypted(token: string): boolean {
  return fiveParts.test(token)
}

const fiveParts = /^(?:[^.]*\.){4}[^.]*$/

const latin1 = new TextDecoder('latin1')

/** Checklist B16: enough for a signed token of 8 kB. In characters, each of which is a byte. */
const maxTokenLength = 16_384

interface Parts {
  readonly header: string
  readonly encryptedKey: string
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

function split(token: string): Parts | undefined {
  if (token.length > maxTokenLength || !looksEncrypted(token)) return undefined
  const [header = '', encryptedKey = '', iv = '', ciphertext = '', tag = ''] = token.split('.')
  return { header, encryptedKey, iv, ciphertext, tag }
}

/**
 * Nothing else may be asked for: neither compression (`zip`) nor extensions (`crit`) nor passwords
 * (`p2c`), and no key may be brought along (`jwk`, `jku`, `x5u`).
 */
function asksForNoMore(header: JsonObject): boolean {
  return Object.keys(header).every((name) => allowed.includes(name))
}

const allowed = ['alg', 'enc', 'cty', 'typ', 'kid', 'epk']

/** RFC 7518 section 4.6.1.1: a public key on the recipient's own curve, or an attacker learns of the private one. */
function fitEphemeralKey({ epk }: JsonObject, { curve }: DecryptionKey): boolean {
  if (curve === undefined) return epk === undefined
  if (!isObject(epk)) return false
  const names = curve === 'P-256' ? ['kty', 'crv', 'x', 'y'] : ['kty', 'crv', 'x']
  if (Object.keys(epk).length !== names.length) return false
  const x = coordinate(epk.x)
  if (epk.crv !== curve || x === undefined) return false
  if (curve === 'X25519') return epk.kty === 'OKP'
  const y = coordinate(epk.y)
  return epk.kty === 'EC' && y !== undefined && isOnP256(x, y)
}

function coordinate(text: unknown): Uint8Array | undefined {
  const bytes = typeof text === 'string' ? decodeBase64Url(text) : undefined
  return bytes?.length === 32 ? bytes : undefined
}

/** RFC 7518 section 5.3: 96 bits of initialization vector, and the tag never shorter than 128. */
function fitBytes({ encryptedKey, iv, ciphertext, tag }: Parts, key: DecryptionKey): boolean {
  return (
    decodeBase64Url(encryptedKey)?.length === key.encryptedKeyLength &&
    decodeBase64Url(iv)?.length === 12 &&
    decodeBase64Url(tag)?.length === 16 &&
    decodeBase64Url(ciphertext) !== undefined
  )
}
