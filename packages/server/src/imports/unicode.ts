/** Bytes as text; undefined where they are no UTF-8. What is not would otherwise be replaced, and be another name. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

export const notUtf8 = 'It is not valid UTF-8: convert the file, such as by iconv'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
