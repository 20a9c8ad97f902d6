import { isUtf8 } from 'node:buffer'
import { unreadableFile } from './raw.js'

/**
 * Refuses a file as a whole whose bytes are no text in UTF-8, because nothing in it would be what it says.
 * A few broken lines in one that is are faults by themselves.
 *
 * @param beginning some first bytes, behind which there is more where `isPart`
 * @throws Refusal `file_unreadable` that says what to do
 */
export function refuseForeign(beginning: Buffer, isPart: boolean): void {
  const foreign = foreigners.find((bytes) =>
    beginning.subarray(0, bytes.beginning.length).equals(bytes.beginning),
  )
  if (foreign !== undefined) throw unreadableFile(foreign.message)
  if (isMostlyNothing(beginning.subarray(0, 64))) throw unreadableFile(notText)
  const lines = linesIn(beginning, isPart)
  if (isInOtherEncoding(lines)) throw unreadableFile(otherEncoding)
  if (lines.length === 1 && /\r[^\n]/.test(lines[0]?.toString('latin1').trimEnd() ?? ''))
    throw unreadableFile(oldLineEnds)
}

/** How many of the first bytes only say that the text is in UTF-8. */
export function byteOrderMarkIn(beginning: Buffer): number {
  return beginning.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
}

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf)

const utf16 = 'The file is in UTF-16: make it UTF-8, by `iconv -f UTF-16 -t UTF-8 FILE`'
const notText = 'The file is not text in UTF-8: if it is in UTF-16, convert it by iconv'
const otherEncoding =
  'The file is not in UTF-8: convert it, such as by `iconv -f WINDOWS-1252 -t UTF-8 FILE`'
const oldLineEnds =
  'The lines of the file end in carriage returns alone: convert them, by `tr "\\r" "\\n" < FILE`'

const foreigners = [
  { beginning: Buffer.of(0xff, 0xfe), message: utf16 },
  { beginning: Buffer.of(0xfe, 0xff), message: utf16 },
  { beginning: Buffer.of(0x1f, 0x8b), message: 'The file is compressed: unpack it with gunzip' },
  {
    beginning: Buffer.from('PK\x03\x04'),
    message: 'The file is an archive or a spreadsheet: unpack it, or save it as CSV',
  },
]

/** The last one only where it is whole. */
function linesIn(bytes: Buffer, isPart: boolean): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  if (!isPart && start < bytes.length) lines.push(bytes.subarray(start))
  return lines
}

/** UTF-16 that doesn't say so has a NUL with every Latin letter. */
function isMostlyNothing(bytes: Buffer): boolean {
  return bytes.filter((byte) => byte === 0).length * 4 > bytes.length
}

/** Where there are letters beyond ASCII, and not in one line they are UTF-8. */
function isInOtherEncoding(lines: readonly Buffer[]): boolean {
  const beyond = lines.filter((line) => line.some((byte) => byte > 0x7f))
  return beyond.length >= enough && !beyond.some((line) => isUtf8(line))
}

/** Fewer may be the broken lines of a good file. */
const enough = 3
