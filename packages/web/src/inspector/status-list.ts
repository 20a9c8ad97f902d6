import type { TokenStatus } from '@latchkey/guard'
import { decodeBase64Url } from './base64url.js'
import { valueIn } from './json-members.js'
import { readJsonPart } from './part.js'

/** What a status list says of a place. */
export interface StatusSeen {
  readonly status: TokenStatus
  /** Seconds within which what has changed is in the list. */
  readonly ttl: number
  /** Seconds since 1970: until when the list holds. */
  readonly expiresAt: number
}

/**
 * Reads one place of a list of this server (draft-ietf-oauth-status-list). Its signature is not looked at: it comes
 * from where the keys come from, which would be the same liar's.
 *
 * @throws Error (by rejection) for what is no list
 */
export async function statusIn(list: string, index: number): Promise<StatusSeen> {
  const { members } = readJsonPart('payload', list.split('.')[1] ?? '')
  const [exp, ttl] = [valueIn(members, 'exp'), valueIn(members, 'ttl')]
  const compressed = compressedIn(valueIn(members, 'status_list'))
  if (typeof exp !== 'number' || typeof ttl !== 'number' || compressed === undefined) {
    throw new Error('That is no status list')
  }
  return { status: statusAt(await inflate(compressed), index), ttl, expiresAt: exp }
}

function compressedIn(list: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (typeof list !== 'object' || list === null) return undefined
  const { bits, lst } = { bits: undefined, lst: undefined, ...list }
  const bytes = bits === 2 && typeof lst === 'string' ? decodeBase64Url(lst) : undefined
  return bytes instanceof Uint8Array ? bytes : undefined
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Uint8Array(await new Response(plain).arrayBuffer())
}

/** As a guard reads it: places beyond the end are nobody's, and 2 is not used. */
function statusAt(bytes: Uint8Array, index: number): TokenStatus {
  const four = bytes[Math.floor(index / 4)] ?? 0xff
  const isThere = index < bytes.length * 4
  const status = statuses[(four >> ((index % 4) * 2)) & 3]
  return (isThere && status) || 'revoked'
}

const statuses: readonly TokenStatus[] = ['valid', 'revoked', 'revoked', 'changed']
