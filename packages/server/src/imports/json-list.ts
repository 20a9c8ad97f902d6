import { objectIn, tooLong } from './json-lines.js'
import { type Chunks, longestRecord } from './lines.js'
import { type RawRecord, type RawRecords, unreadable } from './raw.js'

/**
 * What a list in a JSON document holds, one element after the other, however long the list is. What is no
 * object is at fault by itself; where the list itself is broken, its rest is one fault.
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

/**
 * What of JSON matters here: texts, how deep one is, and the commas between the elements. The rest is left
 * to the parser, element by element.
 */
class Scan {
  readonly #member: string | undefined
  #place: 'before' | 'inside' | 'behind' | 'lost' = 'before'
  #line = 1
  #count = 0
  #depth = 0
  #inText = false
  #escaped = false
  /** Of the text that is read, before the list: it may be the member's name. */
  #text: number[] = []
  /** Whether what comes next at the first level is the value of the member. */
  #named = false
  /** Of the element that is read, from its first byte on. */
  #begunAt: number | undefined
  #parts: Buffer[] = []
  #length = 0

  constructor(member: string | undefined) {
    this.#member = member
  }

  *take(part: Buffer): Generator<RawRecord> {
    // Where what is kept of the element begins in this part.
    let start = this.#begunAt === undefined ? -1 : 0
    for (let index = 0; index < part.length && this.#place !== 'lost'; index++) {
      const byte = part[index] ?? 0
      if (byte === newline) this.#line += 1
      if (this.#inText) {
        this.#withinText(byte)
        continue
      }
      if (byte <= space) continue
      if (this.#endsElement(byte)) {
        if (this.#begunAt !== undefined) yield this.#element(part.subarray(start, index))
        start = -1
      } else if (this.#place === 'inside' && this.#begunAt === undefined) {
        this.#begunAt = this.#line
        start = index
      }
      yield* this.#step(byte)
    }
    if (start !== -1) this.#keep(part.subarray(start))
  }

  *end(): Generator<RawRecord> {
    if (this.#begunAt !== undefined)
      yield unreadable(this.#begunAt, 'It does not end, and nothing behind it is read')
    else if (this.#place === 'before') throw new Error(this.#noList())
    else if (this.#place === 'inside' || (this.#place === 'behind' && this.#depth > 0))
      yield unreadable(this.#line, 'The file ends before its list does')
  }

  /** Commas and the list's own end do, and nothing that is deeper. */
  #endsElement(byte: number): boolean {
    if (this.#place !== 'inside' || this.#depth !== this.#listDepth) return false
    return byte === comma || byte === closingBrace || byte === closingBracket
  }

  *#step(byte: number): Generator<RawRecord> {
    if (this.#place === 'behind' && this.#depth === 0)
      yield this.#lose('Something follows the list')
    else if (byte === quote) {
      this.#inText = true
      this.#text = []
    } else if (byte === brace || byte === bracket) this.#open(byte)
    else if (byte === closingBrace || byte === closingBracket) yield* this.#close(byte)
    else if (byte === colon && this.#place === 'before' && this.#depth === 1)
      this.#named = Buffer.from(this.#text).toString() === this.#member
  }

  get #listDepth(): number {
    return this.#member === undefined ? 1 : 2
  }

  #open(byte: number): void {
    this.#depth += 1
    if (this.#place !== 'before' || this.#depth !== this.#listDepth) return
    if (byte === bracket && (this.#member === undefined || this.#named)) this.#place = 'inside'
  }

  *#close(byte: number): Generator<RawRecord> {
    this.#depth -= 1
    if (this.#place !== 'inside' || this.#depth >= this.#listDepth) return
    if (byte === closingBracket) this.#place = 'behind'
    else yield this.#lose('A brace stands where the list could end')
  }

  #withinText(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === backslash) this.#escaped = true
    else if (byte === quote) this.#inText = false
    else if (this.#place === 'before' && this.#text.length < longestName) this.#text.push(byte)
  }

  #lose(why: string): RawRecord {
    this.#place = 'lost'
    return unreadable(this.#line, `${why}; nothing behind it is read`)
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length <= longestRecord) this.#parts.push(part)
    else this.#parts = []
  }

  #element(end: Buffer): RawRecord {
    this.#keep(end)
    const at = this.#begunAt ?? this.#line
    this.#count += 1
    const record =
      this.#length > longestRecord
        ? unreadable(at, tooLong)
        : objectIn(at, Buffer.concat(this.#parts))
    this.#begunAt = undefined
    this.#parts = []
    this.#length = 0
    return { ...record, nth: this.#count }
  }

  #noList(): string {
    const name = this.#member === undefined ? '' : ` "${this.#member}"`
    return `The file has no list${name} of users`
  }
}

const newline = 0x0a
const space = 0x20
const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const bracket = 0x5b
const backslash = 0x5c
const closingBracket = 0x5d
const brace = 0x7b
const closingBrace = 0x7d
/** Bytes. */
const longestName = 64
