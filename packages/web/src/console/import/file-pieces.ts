/** A file of users, cut into pieces at the ends of records. It is read as bytes: what is no text in UTF-8, the server says. */

import { RowEnds } from './row-ends.js'

export type FileForm = 'ndjson' | 'csv'

/** Where the next record begins. */
export interface Place {
  readonly byte: number
  /** From 1 on. */
  readonly line: number
}

export interface FilePiece {
  /** As it is sent: of CSV with the header in front. */
  readonly body: Uint8Array<ArrayBuffer>
  /** Whole records, as they are in the file. */
  readonly records: Uint8Array<ArrayBuffer>
  readonly begins: Place
  readonly ends: Place
}

/** A line that is too long to be a user's. */
export interface TooLong {
  readonly tooLong: true
  readonly begins: Place
  readonly ends: Place
}

export class FilePieces {
  readonly form: FileForm
  /** The first line, with its end; nothing in JSON lines. */
  readonly header: Uint8Array<ArrayBuffer>
  readonly #file: Blob

  constructor(file: Blob, form: FileForm, header: Uint8Array<ArrayBuffer>) {
    this.#file = file
    this.form = form
    this.header = header
  }

  get begin(): Place {
    return this.form === 'csv' ? { byte: this.header.length, line: 2 } : { byte: 0, line: 1 }
  }

  /**
   * Whole records from a place on, as many as fit; undefined at the end of the file.
   *
   * @param most bytes that are wanted; a record may make it more
   * @throws DOMException (by rejection) where the file has changed or gone since it was chosen
   */
  async from(begins: Place, most: number): Promise<FilePiece | TooLong | undefined> {
    if (begins.byte >= this.#file.size) return undefined
    const room = mostBytes - this.header.length
    for (const length of [Math.min(most, room), room]) {
      const bytes = await bytesOf(this.#file, begins.byte, length)
      const isEnd = begins.byte + bytes.length >= this.#file.size
      const { length: whole, lines } = wholeRecords(bytes, this.form, isEnd)
      if (whole === 0) continue
      const records = bytes.subarray(0, whole)
      const ends = { byte: begins.byte + whole, line: begins.line + lines }
      return { body: joined(this.header, records), records, begins, ends }
    }
    return { tooLong: true, begins, ends: await this.#behindLine(begins) }
  }

  async #behindLine({ byte, line }: Place): Promise<Place> {
    for (let at = byte; at < this.#file.size; at += mostBytes) {
      const end = (await bytesOf(this.#file, at, mostBytes)).indexOf(newline)
      if (end !== -1) return { byte: at + end + 1, line: line + 1 }
    }
    return { byte: this.#file.size, line: line + 1 }
  }
}

/** What the server takes at a time. */
const mostBytes = 512 * 1024
const mostLines = 4900

const newline = 0x0a

async function bytesOf(file: Blob, from: number, length: number) {
  return new Uint8Array(await file.slice(from, from + length).arrayBuffer())
}

function joined(header: Uint8Array, records: Uint8Array): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(header.length + records.length)
  body.set(header)
  body.set(records, header.length)
  return body
}

/** How much of some bytes is whole records. */
function wholeRecords(bytes: Uint8Array, form: FileForm, isEnd: boolean) {
  let [length, lines, read] = [0, 0, 0]
  const rows = new RowEnds()
  for (const [start, end] of linesIn(bytes)) {
    const isWhole = bytes[end - 1] === newline || isEnd
    if (!isWhole || read === mostLines) break
    read += 1
    const isLast = isEnd && end === bytes.length
    if (form === 'ndjson' || rows.isEnd(bytes.subarray(start, end)) || isLast)
      [length, lines] = [end, read]
  }
  return { length, lines }
}

/** The text of the record that begins at a line of a piece. */
export function recordAt({ records, begins }: FilePiece, line: number, form: FileForm): string {
  const rows = new RowEnds()
  let [at, from, to] = [begins.line, 0, 0]
  for (const [start, end] of linesIn(records)) {
    if (at === line) from = start
    to = end
    if (at >= line && (form === 'ndjson' || rows.isEnd(records.subarray(start, end)))) break
    at += 1
  }
  return new TextDecoder().decode(records.subarray(from, to)).replace(/\r?\n$/, '')
}

/** Where lines begin, and where the next ones do. */
function* linesIn(bytes: Uint8Array): Generator<readonly [start: number, end: number]> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start)
    const end = found === -1 ? bytes.length : found + 1
    yield [start, end]
    start = end
  }
}
