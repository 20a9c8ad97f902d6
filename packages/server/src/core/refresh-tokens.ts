import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { SessionId } from '../store/schema.js'

/**
 * What a refresh token says: which session, and which of its steps. The database holds the step,
 * and nothing that could be presented (checklist E01).
 */
export interface RefreshClaim {
  sessionId: SessionId
  epoch: number
  counter: number
}

/** A key that refresh tokens are authenticated with. */
export interface RefreshKey {
  /** 8 bytes, in base64url. */
  id: string
  key: KeyObject
}

// version (1) | key id (8) | session id (16) | epoch (4) | counter (4) | HMAC-SHA-256 (32)
const version = 1
const at = { keyId: 1, sessionId: 9, epoch: 25, counter: 29, mac: 33, end: 65 } as const

/** Tells secret scanners, and people, what they have found. */
const prefix = 'lkr_'

export function sealRefreshToken(claim: RefreshClaim, { id, key }: RefreshKey): string {
  const bytes = Buffer.alloc(at.end)
  bytes.writeUInt8(version, 0)
  bytes.write(id, at.keyId, 'base64url')
  bytes.write(claim.sessionId, at.sessionId, 'base64url')
  bytes.writeUInt32BE(claim.epoch, at.epoch)
  bytes.writeUInt32BE(claim.counter, at.counter)
  mac(bytes, key).copy(bytes, at.mac)
  return prefix + bytes.toString('base64url')
}

/** Whether a text is meant to be a refresh token, good or not. */
export function looksLikeRefreshToken(text: string): boolean {
  return text.startsWith(prefix)
}

/**
 * What a token claims, if we made it; undefined for anything else, before any database is asked.
 *
 * @param keyOf finds the key of an id
 */
export function openRefreshToken(
  token: string,
  keyOf: (id: string) => RefreshKey | undefined,
): RefreshClaim | undefined {
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
  // Buffer passes over what is not base64url: only the one spelling that we write will do.
  const isOurs = token === prefix + bytes.toString('base64url')
  if (!isOurs || bytes.length !== at.end || bytes.readUInt8(0) !== version) return undefined
  const key = keyOf(bytes.toString('base64url', at.keyId, at.sessionId))
  if (key === undefined || !timingSafeEqual(mac(bytes, key.key), bytes.subarray(at.mac))) {
    return undefined
  }
  return {
    sessionId: bytes.toString('base64url', at.sessionId, at.epoch) as SessionId,
    epoch: bytes.readUInt32BE(at.epoch),
    counter: bytes.readUInt32BE(at.counter),
  }
}

function mac(bytes: Buffer, key: KeyObject): Buffer {
  return createHmac('sha256', key)
    .update('latchkey refresh token\0')
    .update(bytes.subarray(0, at.mac))
    .digest()
}
