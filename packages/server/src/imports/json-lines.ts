import { isObject } from '../core/metadata.js'
import { type Chunks, linesOf, longestRecord } from './lines.js'
import { type RawRecord, type RawRecords, unreadable } from './raw.js'
import { notUtf8, utf8 } from './unicode.js'

/** A JSON object a line (NDJSON). Empty lines are none. */
export function jsonLines(chunks: Chunks): RawRecords {
  return {
    progress: chunks.progress,
    async *[Symbol.asyncIterator]() {
      for await (const { at, bytes } of linesOf(chunks)) {
        if (bytes !== undefined && isBlank(bytes)) continue
        yield bytes === undefined ? unreadable(at, tooLong) : objectIn(at, bytes)
      }
    },
  }
}

/** The record that some bytes are. */
export function objectIn(at: number, bytes: Uint8Array): RawRecord {
  const text = utf8(bytes)
  if (text === undefined) return unreadable(at, notUtf8)
  const value = parsed(text)
  return isObject(value) ? { at, raw: value } : unreadable(at, 'It is no JSON object', text)
}

export const tooLong = `It is longer than ${longestRecord} bytes`

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))
}
