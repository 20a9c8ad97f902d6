import { type Found, findToken, longestText } from './find-token.js'
import type { Member } from './json-members.js'
import { type JsonPart, readBytes, readJsonPart } from './part.js'
import type { Reason } from './reason.js'
import { type RefreshToken, readRefreshToken } from './refresh-token.js'

/** A token taken apart. Nothing in it is believed yet. */
export type ReadToken = { readonly found: Found } & (SignedToken | EncryptedToken | OtherToken)

export interface SignedToken {
  readonly kind: 'signed'
  readonly text: string
  /** `undefined` where the part holds no JSON object. */
  readonly header: readonly Member[] | undefined
  readonly claims: readonly Member[] | undefined
  /** What the parts say as text, for those that are no JSON. */
  readonly texts: { readonly header: string | undefined; readonly claims: string | undefined }
  /** What the signature is over; each character is a byte. */
  readonly signed: string
  readonly signature: Uint8Array | undefined
  /** What is wrong with how it is spelled, as a guard finds it from left to right. */
  readonly spelling: readonly Reason[]
}

export interface EncryptedToken {
  readonly kind: 'encrypted'
  readonly header: readonly Member[] | undefined
  readonly spelling: readonly Reason[]
}

export interface OtherToken {
  readonly kind: 'refresh' | 'clientSecret' | 'opaque'
  readonly refresh?: RefreshToken | undefined
}

/** @returns undefined for nothing, and `tooMuch` for what is too long to be looked at */
export function readToken(pasted: string): ReadToken | 'tooMuch' | undefined {
  if (pasted.length > longestText) return 'tooMuch'
  const found = findToken(pasted)
  if (found === undefined) return undefined
  if (found.kind === 'signed') return { found, ...readSigned(found.token) }
  if (found.kind === 'encrypted') return { found, ...readEncrypted(found.token) }
  if (found.kind === 'refresh') {
    return { found, kind: 'refresh', refresh: readRefreshToken(found.token) }
  }
  return { found, kind: found.kind }
}

/** Checklist B16: in characters, each of which is a byte. */
const longestSigned = 8192
const longestEncrypted = 16_384
const longestHeader = Math.ceil((1024 * 4) / 3)

function readSigned(token: string): SignedToken {
  const parts = token.split('.')
  const [header = '', payload = '', signature = ''] = parts
  const headerPart = readHeader(header)
  const payloadPart: Partial<JsonPart> = parts.length < 2 ? {} : readJsonPart('payload', payload)
  const bytes = signature === '' ? undefined : readBytes('signature', signature)
  const isWhole = bytes instanceof Uint8Array
  return {
    kind: 'signed',
    text: token,
    header: headerPart.members,
    claims: payloadPart.members,
    texts: { header: headerPart.text, claims: payloadPart.text },
    signed: `${header}.${payload}`,
    signature: isWhole ? bytes : undefined,
    spelling: [
      ...tooLong(token, longestSigned),
      ...wrongCount(parts.length),
      ...headerPart.faults,
      ...(payloadPart.fault ? [payloadPart.fault] : []),
      ...(isWhole || bytes === undefined ? [] : [bytes]),
    ],
  }
}

function readEncrypted(token: string): EncryptedToken {
  const { members, faults } = readHeader(token.slice(0, token.indexOf('.')))
  return {
    kind: 'encrypted',
    header: members,
    spelling: [...tooLong(token, longestEncrypted), ...faults],
  }
}

function readHeader(encoded: string) {
  const { members, text, fault } = readJsonPart('header', encoded)
  const long: Reason[] = encoded.length > longestHeader ? [{ code: 'headerTooLong' }] : []
  return { members, text, faults: fault ? [...long, fault] : long }
}

function tooLong({ length }: string, most: number): Reason[] {
  return length > most ? [{ code: 'tooLong', values: { length, most } }] : []
}

function wrongCount(count: number): Reason[] {
  if (count === 3) return []
  return [{ code: count < 3 ? 'tooFewParts' : 'tooManyParts', values: { count } }]
}
