import { decodeBase64Url } from './base64url.js'

/**
 * The bytes of a JWK's member, written in the one canonical way.
 *
 * @throws TypeError if the member is missing, no base64url, or not of `length` bytes
 */
export function bytesOf<Member extends string>(
  jwk: Members<Member>,
  member: Member,
  length?: number,
): Uint8Array {
  const bytes = decodeBase64Url(textOf(jwk, member))
  if (bytes === undefined) throw new TypeError(`the key's ${member} is no base64url`)
  if (length !== undefined && bytes.length !== length) {
    throw new TypeError(`the key's ${member} has not ${length} bytes`)
  }
  return bytes
}

/** @throws TypeError if the member is missing or no text */
export function textOf<Member extends string>(jwk: Members<Member>, member: Member): string {
  const text: unknown = jwk[member]
  if (typeof text !== 'string') throw new TypeError(`the key has no ${member}`)
  return text
}

type Members<Member extends string> = { readonly [Name in Member]?: unknown }
