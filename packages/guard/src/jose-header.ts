import { decodeBase64Url } from './base64url.js'
import { type JsonObject, parseJsonObject } from './strict-json.js'

/** Reads the first part of a token (RFC 7515 section 4, RFC 7516 section 4): at most 1 kB of strict JSON. */
export function parseHeader(text: string): JsonObject | undefined {
  if (text.length > Math.ceil((maxHeaderBytes * 4) / 3)) return undefined
  const bytes = decodeBase64Url(text)
  return bytes && parseJsonObject(bytes)
}

/** Checklist B16: nothing longer is even looked at. */
const maxHeaderBytes = 1024
