import { decodeBase64Url, type SpellingFault } from './base64url.js'
import { type Member, membersOf } from './json-members.js'
import type { Reason } from './reason.js'

export type PartName = 'header' | 'payload' | 'signature'

/** A part that should hold a JSON object. */
export interface JsonPart {
  /** `undefined` where it holds no object. */
  readonly members: readonly Member[] | undefined
  /** What it holds as text, where it holds one. */
  readonly text: string | undefined
  readonly fault: Reason | undefined
}

/** Reads a part as strictly as a guard does (checklist B08, B09), and as much of a broken one as can be read. */
export function readJsonPart(part: PartName, encoded: string): JsonPart {
  const bytes = decodeBase64Url(encoded)
  if (!(bytes instanceof Uint8Array)) return broken(inPart(part, bytes))
  const text = textOf(bytes)
  if (text === undefined) return broken({ code: 'partIsNoText', values: { part } })
  const kind = kindOf(text)
  if (kind !== 'object') {
    const code = kind === 'none' ? 'partIsNoJson' : 'partIsNoObject'
    return { members: undefined, text, fault: { code, values: { part } } }
  }
  const { members, twice } = membersOf(text)
  const fault: Reason | undefined =
    twice === undefined ? undefined : { code: 'memberTwice', values: { part, member: twice } }
  return { members, text, fault }
}

/** A part of bytes. */
export function readBytes(part: PartName, encoded: string): Uint8Array | Reason {
  const bytes = decodeBase64Url(encoded)
  return bytes instanceof Uint8Array ? bytes : inPart(part, bytes)
}

function broken(fault: Reason): JsonPart {
  return { members: undefined, text: undefined, fault }
}

function inPart(part: PartName, { code, ...where }: SpellingFault): Reason {
  return { code, values: { part, ...where } }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function kindOf(text: string): 'object' | 'other' | 'none' {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? 'object' : 'other'
  } catch {
    return 'none'
  }
}
