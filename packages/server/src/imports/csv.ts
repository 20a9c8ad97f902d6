import { tooLong } from './json-lines.js'
import { type Chunks, type Line, linesOf, longestRecord } from './lines.js'
import { type RawRecord, type RawRecords, unreadable, unreadableFile } from './raw.js'
import { notUtf8, utf8 } from './unicode.js'

export interface Table {
  /** Of a file whose first line is a row already. */
  columns?: readonly string[] | undefined
  /** Looks at the columns before the first row. @throws where they will not do */
  check(columns: readonly string[]): void
}

/** Rows of a table in CSV (RFC 4180), parted by the comma, semicolon or tab that its first line has most of. */
export function csvRows(chunks: Chunks, { columns: given, check }: Table): RawRecords {
  return {
    progress: chunks.progress,
    async *[Symbol.asyncIterator]() {
      let rows: Rows | undefined
      for await (const line of linesOf(chunks)) {
        const isHeader = rows === undefined && given === undefined
        rows ??= new Rows(line, given)
        if (line.at === 1) check(rows.columns)
        if (!isHeader) yield* rows.take(line)
      }
      if (rows !== undefined) yield* rows.end()
    },
  }
}

interface TextLine {
  readonly at: number
  readonly text: string
}

/**
 * Puts lines together to rows. A broken row is given up by itself: its first line is at fault, and the next
 * may begin a row again. The parsers at hand lose what follows one, and this is what imports are judged by.
 */
class Rows {
  readonly columns: readonly string[]
  readonly #delimiter: string
  /** Lines of a row whose quotes are open, and how long they are. */
  #open: TextLine[] = []
  #length = 0

  /** @throws Refusal `file_unreadable`, for a header that is none */
  constructor({ bytes }: Line, columns: readonly string[] | undefined) {
    const first = bytes && utf8(bytes)
    if (first === undefined) throw unreadableFile('The first line is not valid UTF-8, or too long')
    this.#delimiter = delimiterOf(first)
    this.columns = columns
      ? firstOf(columns, cellsOf(first, this.#delimiter)?.length)
      : headerOf(first, this.#delimiter)
  }

  *take({ at, bytes }: Line): Generator<RawRecord> {
    const text = bytes && utf8(bytes)
    if (text !== undefined) {
      yield* this.#add({ at, text: text.endsWith('\r') ? text.slice(0, -1) : text })
      return
    }
    yield* this.end()
    yield unreadable(at, bytes === undefined ? tooLong : notUtf8)
  }

  /** Nothing follows that could close what is open. */
  *end(): Generator<RawRecord> {
    const [first, ...others] = this.#open
    if (first === undefined) return
    this.#open = []
    this.#length = 0
    yield unreadable(first.at, badQuotes, first.text)
    for (const line of others) yield* this.#add(line)
  }

  *#add(line: TextLine): Generator<RawRecord> {
    const isEven = hasEvenQuotes(line.text)
    if (isEven && this.#open.length === 0) {
      if (line.text.trim() !== '')
        yield this.#row(line) ?? unreadable(line.at, badQuotes, line.text)
      return
    }
    this.#open.push(line)
    this.#length += line.text.length
    if (this.#length > longestRecord || this.#open.length > mostLines) yield* this.end()
    else if (!isEven && this.#open.length > 1) yield* this.#close()
  }

  *#close(): Generator<RawRecord> {
    const [first] = this.#open
    const text = this.#open.map((line) => line.text).join('\n')
    const row = first && this.#row({ at: first.at, text })
    // Lines that make no row together may be rows by themselves.
    if (row === undefined || 'fault' in row) {
      yield* this.end()
      return
    }
    this.#open = []
    this.#length = 0
    yield row
  }

  /** Undefined where quotes stand where they may not. */
  #row({ at, text }: TextLine): RawRecord | undefined {
    const cells = cellsOf(text, this.#delimiter)
    if (cells === undefined) return undefined
    const [count, wanted] = [cells.length, this.columns.length]
    if (count !== wanted)
      return unreadable(at, `It has ${count} cells, and the table ${wanted} columns`, text)
    return { at, raw: Object.fromEntries(this.columns.map((name, index) => [name, cells[index]])) }
  }
}

/** Of one row: a quote too many would take all rows up to the next with it. */
const mostLines = 100

const badQuotes = 'Its quotes do not end, or stand where they may not'

/** As many as the first row has cells: a later release may have added some, and all rows are alike. */
function firstOf(columns: readonly string[], count = columns.length): string[] {
  return Array.from({ length: count }, (_, index) => columns[index] ?? `column ${index + 1}`)
}

function headerOf(line: string, delimiter: string): string[] {
  const columns = cellsOf(line.replace(/\r$/, ''), delimiter)?.map((name) => name.trim())
  if (columns === undefined) throw unreadableFile('The first line should name the columns')
  const nameless = columns.indexOf('')
  if (nameless !== -1) throw unreadableFile(`Column ${nameless + 1} has no name in the first line`)
  const names = new Set<string>()
  const double = columns.find((name) => names.size === names.add(name).size)
  if (double !== undefined) throw unreadableFile(`The column "${double}" is there twice`)
  return columns
}

function delimiterOf(line: string): string {
  const [most = ','] = [',', ';', '\t'].sort((one, other) => count(line, other) - count(line, one))
  return most
}

function hasEvenQuotes(text: string): boolean {
  return count(text, '"') % 2 === 0
}

function count(text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found += 1
  return found
}

function cellsOf(text: string, delimiter: string): string[] | undefined {
  if (!text.includes('"')) return text.split(delimiter)
  const cells: string[] = []
  for (let at = 0; ; ) {
    const quoted = text[at] === '"'
    const end = quoted ? endOfQuoted(text, at) : endOfPlain(text, at, delimiter)
    const cell = text.slice(at, end)
    if (!quoted && cell.includes('"')) return undefined
    cells.push(quoted ? cell.slice(1, -1).replaceAll('""', '"') : cell)
    if (end >= text.length) return cells
    if (text[end] !== delimiter) return undefined
    at = end + 1
  }
}

/** Behind the quote that ends it; two of them are one in it. */
function endOfQuoted(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at === -1 ? text.length : at + 1
}

function endOfPlain(text: string, start: number, delimiter: string): number {
  const end = text.indexOf(delimiter, start)
  return end === -1 ? text.length : end
}
