import { closeSync, openSync, writeSync } from 'node:fs'
import { jsonLine } from '../core/json-line.js'
import type { LeftOut } from '../core/user-import/report.js'
import { complain, printable } from './output.js'

/** Tells of records that are left out: of the first on standard error, and of all in a file, where one is wanted. */
export class Rejects {
  readonly #source: string
  readonly #file: number | undefined
  readonly #clear: () => void
  #count = 0

  /**
   * @param source the name of the file that they are in
   * @param path of a file that is made, or added to
   * @param clear makes room on the terminal
   */
  constructor(source: string, path: string | undefined, clear: () => void) {
    this.#source = source
    this.#file = path === undefined ? undefined : openSync(path, 'a', 0o600)
    this.#clear = clear
  }

  add({ at, why }: LeftOut): void {
    this.#count += 1
    if (this.#file !== undefined) {
      writeSync(this.#file, `${jsonLine({ file: this.#source, line: at, why })}\n`)
    }
    if (this.#count > mostShown) return
    this.#clear()
    complain(`${printable(this.#source)}:${at}: ${why}`)
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    const more = this.#count - mostShown
    if (more <= 0) return
    this.#clear()
    complain(
      `and ${more} more${this.#file === undefined ? '; --rejects FILE writes all of them down' : ''}`,
    )
  }
}

const mostShown = 20
