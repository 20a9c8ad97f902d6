import { decodeBase64Url } from '#base64url'
import { type Algorithm, algorithms } from './algorithms.js'
import { parseHeader } from './jose-header.js'
import type { KeySource } from './jwks.js'
import type { VerificationKey } from './keys.js'
import type { JsonObject } from './strict-json.js'

/** A JSON Web Signature whose signature is good. */
export interface OpenedJws {
  readonly header: JsonObject
  readonly kid: string | undefined
  readonly key: VerificationKey
  readonly payload: Uint8Array
}

/**
 * Opens a JWS in compact form (RFC 7515 section 5.2), strictly: what is not spelled in the one
 * canonical way, or has a header that asks for more than `alg`, `kid` and `typ`, is not opened.
 * The key comes from `keys` alone; `jwk`, `jku`, `x5u` and `x5c` are not looked at (checklist B04).
 * Answers `undefined` for everything that is not genuine; a promise where the platform needs time.
 *
 * @param longest characters that are looked at
 */
export function openJws(
  token: string,
  keys: KeySource,
  longest: number = maxTokenLength,
): OpenedJws | undefined | Promise<OpenedJws | undefined> {
  const parts = token.length > longest ? undefined : split(token)
  const head = parts && headOf(parts.header)
  if (parts === undefined || head === undefined) return undefined

  const key = keys(head.kid, head.algorithm)
  if (key === undefined || key.algorithm !== head.algorithm) return undefined

  const signature = readSignature(parts.signature, key.signatureLength)
  const payload = signature && decodeBase64Url(parts.payload)
  if (signature === undefined || payload === undefined) return undefined

  const opened = { header: head.header, kid: head.kid, key, payload }
  const answer = (genuine: boolean) => (genuine ? opened : undefined)
  const genuine = key.verifies(parts.signed, signature)
  return genuine instanceof Promise ? genuine.then(answer) : answer(genuine)
}

/** Checklist B16: nothing longer is even looked at. In characters, each of which is a byte. */
const maxTokenLength = 8192

function split(token: string) {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  // Five parts are a JWE (RFC 7516), which is opened before; one within another never is.
  if (first === -1 || second === -1 || token.indexOf('.', second + 1) !== -1) return undefined
  return {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signed: token.slice(0, second),
  }
}

interface Head {
  readonly header: JsonObject
  readonly algorithm: Algorithm
  readonly kid: string | undefined
}

/** Tokens that one key signed have one header, and reading it costs as much as an HMAC. */
let lastRead: { readonly text: string; readonly head: Head } | undefined

function headOf(text: string): Head | undefined {
  if (lastRead?.text === text) return lastRead.head
  const head = readHeader(text)
  if (head !== undefined) lastRead = { text, head }
  return head
}

function readHeader(text: string): Head | undefined {
  const header = parseHeader(text)
  if (header === undefined || asksForMore.some((name) => Object.hasOwn(header, name))) {
    return undefined
  }
  const { alg, kid } = header
  const row = typeof alg === 'string' ? algorithms.get(alg) : undefined
  if (row === undefined || (kid !== undefined && typeof kid !== 'string')) return undefined
  return { header, algorithm: row.name, kid }
}

/**
 * Extensions that must be understood (RFC 7515 section 4.1.11), unencoded payloads (RFC 7797),
 * compression and encryption (RFC 7516), nesting (RFC 7519 section 5.2): none is, so none passes.
 */
const asksForMore = ['crit', 'b64', 'zip', 'enc', 'cty']

function readSignature(text: string, length: number): Uint8Array | undefined {
  return text.length === Math.ceil((length * 4) / 3) ? decodeBase64Url(text) : undefined
}
