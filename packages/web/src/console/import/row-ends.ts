/**
 * Which lines of a table in CSV end a row: a quoted cell may hold the ends of lines. A row whose quotes do not end is
 * given up after as many lines as the server waits for, so that one broken row takes few others with it.
 */
export class RowEnds {
  #open = 0

  /** @param line the next one */
  isEnd(line: Uint8Array): boolean {
    const isEven = line.reduce((even, byte) => (byte === quote ? !even : even), true)
    if (isEven && this.#open === 0) return true
    this.#open += 1
    if (this.#open === 1 || (isEven && this.#open <= mostLines)) return false
    this.#open = 0
    return true
  }
}

const quote = 0x22
const mostLines = 100
