/**
 * The bytes of a base64 text, with or without padding, in the usual alphabet, the URLs' or passlib's (which
 * has `.` for `+`). Undefined when the text is not the one canonical spelling of its bytes.
 */
export function fromBase64(text: string): Buffer | undefined {
  const usual = text.replace(/[-.]/g, '+').replaceAll('_', '/')
  const bytes = Buffer.from(usual, 'base64')
  const padded = bytes.toString('base64')
  return usual === padded || usual === padded.replaceAll('=', '') ? bytes : undefined
}

/** Without padding, as PHC strings have it. */
export function toBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

/** The base64 of crypt(3): six bits at a time from the low end, in an alphabet of its own. */
export function toCrypt64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [low = 0, middle = 0, high = 0] = bytes.subarray(at, at + 3)
    const group = low | (middle << 8) | (high << 16)
    const characters = Math.min(bytes.length - at, 3) + 1
    for (let place = 0; place < characters; place += 1) {
      text += crypt64.charAt((group >> (6 * place)) & 63)
    }
  }
  return text
}

export const crypt64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
