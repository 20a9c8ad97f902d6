import type { IncomingRecord } from '../core/user-import/incoming.js'
import type { Instant } from '../store/schema.js'
import { csvRows } from './csv.js'
import { byteOrderMarkIn, refuseForeign } from './foreign.js'
import { incomingRecord } from './incoming-record.js'
import { jsonLines } from './json-lines.js'
import type { Chunks } from './lines.js'
import { type RawRecord, type RawRecords, unreadableFile } from './raw.js'
import { latchkey } from './systems/latchkey.js'

export type PieceForm = 'ndjson' | 'csv'

/** Some whole records of a file in the form of our own. */
export interface FilePiece {
  /** In CSV the line that names the columns is in front of every piece. */
  readonly bytes: Buffer
  readonly form: PieceForm
  /** Of the whole file, that of the first record. */
  readonly firstLine: number
  readonly now: Instant
}

/**
 * The users of a piece, each with the line that they have in the whole file.
 *
 * @throws Refusal `file_unreadable`, also when the first is asked for, where nothing in the piece can be what it should be
 */
export function usersInPiece(piece: FilePiece): AsyncIterable<IncomingRecord> {
  const { bytes, form, firstLine, now } = piece
  const linesBefore = firstLine - (form === 'csv' ? 2 : 1)
  const text = bytes.subarray(byteOrderMarkIn(bytes))
  // A broken line further on is a fault by itself.
  if (linesBefore === 0) refuseForeign(text, false)
  const records = form === 'csv' ? rowsOf(text) : jsonLines(inMemory(text))
  const placed = (record: RawRecord) => ({ ...record, at: record.at + linesBefore })
  return {
    async *[Symbol.asyncIterator]() {
      for await (const record of records) yield incomingRecord(placed(record), latchkey, { now })
    },
  }
}

function rowsOf(text: Buffer): RawRecords {
  const header = text.indexOf('\n')
  const first = header === -1 ? text : text.subarray(0, header)
  if (first.length > longestHeader) throw unreadableFile('The first line should name the columns')
  return csvRows(inMemory(text), { check: checkColumns })
}

/** Bytes: of more than all names of columns together nothing good can come. */
const longestHeader = 4096

function checkColumns(names: readonly string[]): void {
  const members = [...(latchkey.members ?? []), 'left_out']
  if (!names.includes('username'))
    throw unreadableFile(`No column is the username; there are ${shown(names.join(', '))}`)
  const unknown = names.find((name) => !members.includes(name))
  if (unknown !== undefined)
    throw unreadableFile(`No user has a "${shown(unknown)}": columns may be ${members.join(', ')}`)
}

function shown(text: string): string {
  return text.length > mostShown ? `${text.slice(0, mostShown)}...` : text
}

/** Characters. */
const mostShown = 200

function inMemory(bytes: Buffer): Chunks {
  return {
    progress: () => 1,
    async *[Symbol.asyncIterator]() {
      yield bytes
    },
  }
}
