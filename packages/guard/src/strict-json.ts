export type JsonObject = Readonly<Record<string, unknown>>

/**
 * Parses a JSON object from bytes: valid UTF-8 without a byte order mark, an object and nothing
 * else, no member name twice at any depth (RFC 7515 section 4, RFC 7519 section 4; checklist B09).
 * What it returns is frozen all the way down. Answers `undefined` for everything else.
 */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const text = utf8.decode(bytes)
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return undefined
    // Of two members with one name the parser keeps one, so the count tells.
    return freezeAndCountMembers(value) === countNames(text) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A byte order mark is left in, and is then no JSON (RFC 8259 section 8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function freezeAndCountMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const parts = Object.values(value)
  let count = Array.isArray(value) ? 0 : parts.length
  for (const part of parts) count += freezeAndCountMembers(part)
  Object.freeze(value)
  return count
}

/** In valid JSON a string is a member's name exactly where a colon follows. */
function countNames(text: string): number {
  let count = 0
  for (let open = text.indexOf('"'); open !== -1; ) {
    let after = endOfString(text, open)
    while (isWhiteSpace(text.charCodeAt(after))) after++
    if (text.charCodeAt(after) === colon) count++
    open = text.indexOf('"', after)
  }
  return count
}

function endOfString(text: string, open: number): number {
  let index = open + 1
  while (text.charCodeAt(index) !== quote) index += text.charCodeAt(index) === backslash ? 2 : 1
  return index + 1
}

const quote = 0x22
const colon = 0x3a
const backslash = 0x5c

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
