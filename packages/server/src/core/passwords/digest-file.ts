import { Buffer } from 'node:buffer'

/** What is needed of an open file. */
interface Readable {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<unknown>
}

/**
 * A text file of SHA-1 digests in hex, one a line and in their order, each with what a colon parts
 * from it. Digests are spread evenly, so where one must stand is guessed, and three reads find it
 * among a billion.
 */
export class DigestFile {
  readonly #file: Readable
  readonly #size: number

  constructor(file: Readable, size: number) {
    this.#file = file
    this.#size = size
  }

  /** @param digest in capitals @throws Error where the file is not what it should be */
  async has(digest: string): Promise<boolean> {
    let range: Range = { from: 0, to: this.#size, above: '', below: beyondAll }
    for (let attempt = 0; range.from < range.to; attempt++) {
      const lines = await this.#linesAt(range, guess(range, digest, attempt))
      const [first, last] = [lines.at(0), lines.at(-1)]
      if (first === undefined || last === undefined)
        throw new Error('it has a line that never ends')
      checkOrder(lines, range)
      if (digest < first.digest) range = { ...range, to: first.from, below: first.digest }
      else if (digest > last.digest) range = { ...range, from: last.to, above: last.digest }
      else return lines.some((line) => line.digest === digest)
    }
    return false
  }

  /** The whole lines of one read, of those that begin in the range: at the position, or just before it. */
  async #linesAt({ from, to }: Range, position: number): Promise<Line[]> {
    const start = Math.max(from, Math.min(position, to - longestLine) - longestLine)
    const end = Math.min(this.#size, start + block)
    const bytes = Buffer.alloc(end - start)
    await this.#file.read(bytes, 0, bytes.length, start)
    const text = bytes.toString('latin1')
    // What begins before the block is not whole; the range itself begins with a line.
    let at = start === from ? 0 : text.indexOf('\n') + 1
    if (at === 0 && start !== from) return []
    const lines: Line[] = []
    while (at < text.length && start + at < to) {
      const newline = text.indexOf('\n', at)
      if (newline < 0 && end < this.#size) break
      const next = newline < 0 ? text.length : newline + 1
      lines.push({ digest: digestIn(text.slice(at, next)), from: start + at, to: start + next })
      at = next
    }
    return lines
  }
}

/** Reads whole lines of any part; the longest has a count of ten digits. */
const longestLine = 64
const block = 8192

interface Line {
  readonly digest: string
  /** Offsets in the file: of its first byte, and of the next line's. */
  readonly from: number
  readonly to: number
}

/** Where it may still stand, and the digests on both sides of that. */
interface Range {
  readonly from: number
  readonly to: number
  readonly above: string
  readonly below: string
}

const beyondAll = 'G'

/** Each third time the middle, so that no file needs more reads than a search by halves. */
function guess({ from, to, above, below }: Range, digest: string, attempt: number): number {
  if (attempt % 3 === 2) return Math.floor((from + to) / 2)
  const low = above === '' ? 0 : fractionOf(above)
  const high = below === beyondAll ? 1 : fractionOf(below)
  const share = high > low ? (fractionOf(digest) - low) / (high - low) : 0.5
  // The block is read from the position on: what is looked for should stand in its middle.
  return Math.max(from, Math.floor(from + share * (to - from)) - block / 2)
}

function fractionOf(digest: string): number {
  return Number.parseInt(digest.slice(0, 13), 16) / 2 ** 52
}

function digestIn(line: string): string {
  const [, digest] = /^([0-9A-F]{40})(?::\d{1,20})?\r?\n?$/i.exec(line) ?? []
  if (digest === undefined) throw new Error('it has a line that is no SHA-1 digest in hex')
  return digest.toUpperCase()
}

/** Searched as it is, a file in another order would have nobody's password. */
function checkOrder(lines: readonly Line[], { above, below }: Range): void {
  let before = above
  for (const { digest } of lines) {
    if (digest < before) throw new Error('it is not in the order of the digests')
    before = digest
  }
  if (before > below) throw new Error('it is not in the order of the digests')
}
