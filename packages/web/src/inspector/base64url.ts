import type { ReasonCode } from './reason.js'

/** What keeps a text from being base64url by the letter. */
export interface SpellingFault {
  readonly code: ReasonCode & `part${string}`
  /** The first character that does not belong, and its place, counted from one. */
  readonly character?: string
  readonly position?: number
}

/** Decodes base64url as strictly as a guard does (checklist B08), and says what is wrong with what is not. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | SpellingFault {
  if (text === '') return { code: 'partEmpty' }
  const foreign = /[^\w-]/u.exec(text)
  if (foreign !== null) {
    return { code: 'partHasCharacter', character: foreign[0], position: foreign.index + 1 }
  }
  if (text.length % 4 === 1) return { code: 'partCutShort' }
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  const binary = atob(standard)
  if (!btoa(binary).startsWith(standard)) return { code: 'partHasSpareBits' }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

export function encodeBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
