import { decodeBase64Url } from './base64url.js'
import type { KeySource } from './jwks.js'
import { openJws } from './jws.js'
import type { TokenStatus } from './options.js'
import { isObject, type JsonObject, parseJsonObject } from './strict-json.js'

/** A status list (draft-ietf-oauth-status-list) in memory: two bits a place, and when it holds. */
export interface StatusList {
  readonly bytes: Uint8Array
  /** Seconds since 1970, as the list says them. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Seconds within which what is in the list is to be known. */
  readonly ttl: number
}

/** What a list must be, to be taken for the one that was asked for. */
export interface ListTerms {
  readonly uri: string
  readonly keys: KeySource
  /** Seconds since 1970. */
  readonly now: number
  readonly leeway: number
  readonly inflate: (bytes: Uint8Array, limit: number) => Promise<Uint8Array>
}

/** Characters that a list may have, each a byte. */
export const longestList: number = 1 << 20

/**
 * Reads a status list token: by the same strict parser and the same keys as every token.
 *
 * @throws TypeError (by rejection) for what is not the list that was asked for
 */
export async function readStatusList(text: string, terms: ListTerms): Promise<StatusList> {
  const jws = await openJws(text, terms.keys, longestList)
  if (jws === undefined) throw new TypeError('it is not signed by a key of the issuer')
  // Exactly: every list is made by a Latchkey, which spells it so.
  if (jws.header.typ !== 'statuslist+jwt') throw new TypeError('its type is not statuslist+jwt')
  const claims = parseJsonObject(jws.payload)
  if (claims === undefined) throw new TypeError('its claims are no JSON object')
  if (claims.sub !== terms.uri) throw new TypeError('it is another list')
  return { ...readTimes(claims, terms), bytes: await readPlaces(claims, terms) }
}

/** What a list says of a place. Whatever is not plainly valid is refused. */
export function statusAt({ bytes }: StatusList, index: number): TokenStatus {
  const four = bytes[Math.floor(index / 4)]
  // Contract: places beyond the end are nobody's.
  if (four === undefined) return 'revoked'
  return meanings[(four >> ((index % 4) * 2)) & 3] ?? 'revoked'
}

/**
 * What is held after `list` has come to `held`, another copy of it: the later one, with the marks of
 * both. Marks are for good and places are never used again, so the later copy of one server has all
 * of the earlier; but several servers sign at their own moments, by their own clocks, and whoever
 * could play back an old copy would undo a sign-out.
 */
export function joinLists(held: StatusList | undefined, list: StatusList): StatusList {
  if (held === undefined) return list
  const [earlier, later] = held.issuedAt > list.issuedAt ? [list, held] : [held, list]
  const bytes = later.bytes.slice()
  // A plain loop: it is a quarter of a million rounds, and most find nothing to do.
  for (let index = 0; index < bytes.length; index++) {
    const marks = earlier.bytes[index] ?? 0
    if (marks !== 0) bytes[index] = fill(bytes[index] ?? 0, marks)
  }
  return { ...later, bytes }
}

/** Four places as `later` has them, but where that has no mark as `earlier` has it. */
function fill(later: number, earlier: number): number {
  const marked = ((later | (later >> 1)) & 0b01_01_01_01) * 3
  return later | (earlier & ~marked)
}

/** Contract, section 5: 3 is ours to define; 2 is not used, so nobody may pass with it. */
const meanings: readonly TokenStatus[] = ['valid', 'revoked', 'revoked', 'changed']

/** Eight million places: eight times what our lists have. */
const mostBytes = 1 << 21

function readTimes({ iat, exp, ttl }: JsonObject, { now, leeway }: ListTerms) {
  if (!isTime(iat) || !isTime(exp)) throw new TypeError('it does not say when it holds')
  if (iat > now + leeway) throw new TypeError('it is from the future')
  if (exp <= now) throw new TypeError('it has expired')
  if (!isTime(ttl) || ttl === 0) throw new TypeError('it has no ttl')
  return { issuedAt: iat, expiresAt: exp, ttl }
}

async function readPlaces(claims: JsonObject, { inflate }: ListTerms): Promise<Uint8Array> {
  const { status_list: list } = claims
  if (!isObject(list)) throw new TypeError('it has no status_list')
  if (list.bits !== 2) throw new TypeError('it has not two bits a place')
  const compressed = typeof list.lst === 'string' ? decodeBase64Url(list.lst) : undefined
  if (compressed === undefined) throw new TypeError('its lst is no base64url')
  return inflate(compressed, mostBytes)
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
