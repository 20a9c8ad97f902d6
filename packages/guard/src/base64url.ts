/**
 * Decodes base64url by the letter (RFC 7515 section 2): no padding, no white space, no `+` or `/`,
 * and unused bits zero, so that each byte string has one spelling only (checklist B08).
 * Answers `undefined` for everything else.
 */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const length = text.length
  if (length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((length * 3) / 4))
  let written = 0
  let bits = 0
  let pending = 0
  for (let index = 0; index < length; index++) {
    const value = values[text.charCodeAt(index)] ?? invalid
    if (value === invalid) return undefined
    pending = ((pending << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[written++] = pending >> bits
    }
  }
  return (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

export function encodeBase64Url(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let pending = 0
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xffff
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[(pending >> (bits - 6)) & 63]
  }
  return bits > 0 ? text + alphabet[(pending << (6 - bits)) & 63] : text
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const invalid = 64

const values = new Uint8Array(128).fill(invalid)
for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value
