import { decodeBase64Url, encodeBase64Url } from './base64url.js'

/** What a refresh token says. Whether it was made by this server, only the server can tell. */
export interface RefreshToken {
  readonly sessionId: string
  /** How often it has been renewed. */
  readonly counter: number
}

/** @returns undefined for what only looks like one */
export function readRefreshToken(token: string): RefreshToken | undefined {
  const bytes = decodeBase64Url(token.slice(prefix.length))
  if (!(bytes instanceof Uint8Array) || bytes.length !== at.end || bytes[0] !== version) {
    return undefined
  }
  return {
    sessionId: encodeBase64Url(bytes.subarray(at.sessionId, at.epoch)),
    counter: new DataView(bytes.buffer).getUint32(at.counter),
  }
}

const prefix = 'lkr_'

// As the server writes it: version, key id, session id, epoch, counter, MAC.
const version = 1
const at = { sessionId: 9, epoch: 25, counter: 29, end: 65 } as const
