import { objectIn, tooLong } from './json-lines.js'
import { type Chunks, longestRecord } from './lines.js'
import type { RawRecord, RawRecords } from './raw.js'

/**
 * The objects of a list in a JSON document, one after the other, however long the list is.
 *
 * @param member of the document, where the list is; undefined where it is the document itself
 */
export function jsonList(chunks: Chunks, member: string | undefined): RawRecords {
  return {
    progress: chunks.progress,
    async *[Symbol.asyncIterator]() {
      const scan = new Scan(member)
      for await (const part of chunks) yield* scan.take(part)
      yield* scan.end()
    },
  }
}

/** What of JSON matters here: texts, and how deep one is. The rest is left to the parser, object by object. */
class Scan {
  readonly #member: string | undefined
  #line = 1
  #depth = 0
  #inText = false
  #escaped = false
  /** Of the text that is read, outside of the list: it may be the member's name. */
  #text: number[] = []
  /** Whether what comes next at the first level is the value of the member. */
  #named = false
  /** How deep the list's objects lie; undefined outside of it. */
  #listDepth: number | undefined
  #found = false
  #begunAt = 0
  #parts: Buffer[] = []
  #length = 0

  constructor(member: string | undefined) {
    this.#member = member
  }

  *take(part: Buffer): Generator<RawRecord> {
    // Where the object that is read begins in this part; -1 outside of one.
    let start = this.#begunAt > 0 ? 0 : -1
    for (let index = 0; index < part.length; index++) {
      const byte = part[index] ?? 0
      if (byte === newline) this.#line += 1
      if (this.#inText) {
        this.#inside(byte)
        continue
      }
      if (byte === quote) {
        this.#inText = true
        this.#text = []
      } else if (byte === brace || byte === bracket) {
        if (this.#opens(byte)) start = index
      } else if (byte === closingBrace || byte === closingBracket) {
        if (this.#closes()) {
          yield this.#object(part.subarray(start, index + 1))
          start = -1
        }
      } else if (byte === colon && this.#depth === 1 && this.#listDepth === undefined) {
        this.#named = Buffer.from(this.#text).toString() === this.#member
      }
    }
    if (start !== -1) this.#keep(part.subarray(start))
  }

  *end(): Generator<RawRecord> {
    if (this.#begunAt > 0) yield { at: this.#begunAt, fault: 'The file ends in the middle of it' }
    else if (!this.#found)
      throw new Error(
        `The file has no list${this.#member === undefined ? '' : ` "${this.#member}"`} of users`,
      )
    else if (this.#depth > 0) yield { at: this.#line, fault: 'The file ends before its list does' }
  }

  #inside(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === backslash) this.#escaped = true
    else if (byte === quote) this.#inText = false
    else if (this.#depth === 1 && this.#text.length < longestName) this.#text.push(byte)
  }

  /** @returns whether an object of the list begins */
  #opens(byte: number): boolean {
    this.#depth += 1
    const isList = this.#member === undefined ? this.#depth === 1 : this.#depth === 2 && this.#named
    if (byte === bracket && isList && !this.#found) {
      this.#listDepth = this.#depth
      this.#found = true
      return false
    }
    if (this.#listDepth === undefined || this.#depth !== this.#listDepth + 1) return false
    this.#begunAt = this.#line
    return true
  }

  /** @returns whether an object of the list ends */
  #closes(): boolean {
    this.#depth -= 1
    if (this.#listDepth === undefined) return false
    if (this.#depth < this.#listDepth) {
      this.#listDepth = undefined
      this.#named = false
    }
    return this.#depth === this.#listDepth && this.#begunAt > 0
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length <= longestRecord) this.#parts.push(part)
    else this.#parts = []
  }

  #object(end: Buffer): RawRecord {
    this.#keep(end)
    const at = this.#begunAt
    const record =
      this.#length > longestRecord
        ? { at, fault: tooLong }
        : objectIn(at, Buffer.concat(this.#parts))
    this.#begunAt = 0
    this.#parts = []
    this.#length = 0
    return record
  }
}

const newline = 0x0a
const quote = 0x22
const backslash = 0x5c
const brace = 0x7b
const closingBrace = 0x7d
const bracket = 0x5b
const closingBracket = 0x5d
const colon = 0x3a
/** Bytes. */
const longestName = 64
