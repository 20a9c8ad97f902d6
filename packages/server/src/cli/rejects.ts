import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { jsonLine } from '../core/json-line.js'
import type { LeftOut } from '../core/user-import/report.js'
import { placeIn } from '../imports/raw.js'
import { complain, printable } from './output.js'

/**
 * Tells of records that are left out: of the first on standard error, and of all in a file, where one is wanted.
 * The file has them as they were, each with why it was left out, so that it can be mended and imported.
 */
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
    if (path !== undefined && isSame(source, path))
      throw new Error('The records that are left out need a file of their own')
    this.#source = source
    this.#file = path === undefined ? undefined : openSync(path, 'a', 0o600)
    this.#clear = clear
  }

  add({ at, nth, why, source }: LeftOut): void {
    this.#count += 1
    if (this.#file !== undefined) {
      const { raw, text } = { raw: {}, text: undefined, ...source }
      const leftOut = { file: this.#source, line: at, record: nth, why, text }
      writeSync(this.#file, `${jsonLine({ ...raw, left_out: leftOut })}\n`)
    }
    if (this.#count > mostShown) return
    this.#clear()
    complain(`${placeIn(printable(this.#source), { at, nth })} ${why}`)
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

function isSame(path: string, other: string): boolean {
  const [one, two] = [path, other].map((name) => statSync(name, { throwIfNoEntry: false }))
  return one !== undefined && one.ino === two?.ino && one.dev === two.dev
}

const mostShown = 20
