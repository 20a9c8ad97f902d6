import { isObject } from '../core/metadata.js'
import { type Chunks, linesOf, longestRecord } from './lines.js'
import type { RawRecord, RawRecords } from './raw.js'
import { notUtf8, utf8 } from './unicode.js'

/** A JSON object a line (NDJSON). Empty lines are none. */
export function jsonLines(chunks: Chunks): RawRecords {
  return {
    progress: chunks.progress,
    async *[Symbol.asyncIterator]() {
      for await (const { at, bytes } of linesOf(chunks)) {
        if (bytes !== undefined && isBlank(bytes)) continue
        yield bytes === undefined ? { at, fault: tooLong } : objectIn(at, bytes)
      }
    },
  }
}

/** The record that some bytes are. */
export function objectIn(at: number, bytes: Uint8Array): RawRecord {
  const text = utf8(bytes)
  if (text === undefined) return { at, fault: notUtf8 }
  const value = parsed(text)
  return isObject(value) ? { at, raw: value } : { at, fault: 'It is no JSON object' }
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
  return bytes.length < 3 && bytes.toString('latin1').trim() === ''
}
