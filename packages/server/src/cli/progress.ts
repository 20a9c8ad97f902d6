/** A line on a terminal that says how far long work is; nothing where nobody looks. */
export class Progress {
  readonly #terminal = process.stderr
  readonly #isShown: boolean
  readonly #begun = performance.now()
  #shownAt = Number.NEGATIVE_INFINITY
  #shown = false

  /** @param isAlone whether nothing else is printed on the terminal meanwhile */
  constructor(isAlone = true) {
    this.#isShown = isAlone && this.#terminal.isTTY
  }

  /**
   * @param text what has been done so far
   * @param share of all, from 0 to 1, where that is known
   */
  show(text: string, share?: number): void {
    const now = performance.now()
    if (!this.#isShown || now - this.#shownAt < between) return
    this.#shownAt = now
    this.#shown = true
    this.#write(share === undefined ? text : this.#bar(text, Math.min(1, share), now - this.#begun))
  }

  /** Makes room for other lines. */
  clear(): void {
    if (this.#shown) this.#write('')
    this.#shownAt = Number.NEGATIVE_INFINITY
  }

  #bar(text: string, share: number, spent: number): string {
    const filled = Math.round(share * barLength)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}`
    return `${bar} ${Math.floor(share * 100)}%  ${text}${left(share, spent)}`
  }

  #write(line: string): void {
    // Some terminals don't say how wide they are.
    const width = this.#terminal.columns || 80
    this.#terminal.write(`\r${line.slice(0, width - 1)}\x1b[K`)
  }
}

/** @param spent milliseconds */
function left(share: number, spent: number): string {
  if (share < 0.01 || spent < 2_000) return ''
  const seconds = Math.ceil((spent * (1 - share)) / share / 1000)
  return seconds < 100 ? `, ${seconds} s left` : `, ${Math.ceil(seconds / 60)} min left`
}

/** Milliseconds. */
const between = 100
const barLength = 24
