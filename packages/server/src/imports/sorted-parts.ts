import type { PartList, PartSorter, PartText } from '../core/user-parts.js'
import { ScratchDatabase } from './scratch-database.js'

/**
 * Sorts what millions of users are found by, on disk as soon as that is much. What begins with the same byte is
 * sorted by itself, so that neither the time of one sort nor its room on disk is that of all.
 */
export class PartsOnDisk implements PartSorter {
  // What is sorted at once, before it is merged.
  readonly #database = new ScratchDatabase('pragma cache_size = -32768')
  readonly #heaps = new Map<number, Heap>()

  add(parts: readonly PartText[]): void {
    for (const part of parts) this.#heapOf(part).add(part)
  }

  *inOrder(most: number): Iterable<PartList> {
    const bytes = [...this.#heaps.keys()].sort((one, other) => one - other)
    for (const byte of bytes) yield* this.#heaps.get(byte)?.inOrder(most) ?? []
  }

  close(): void {
    this.#database.close()
  }

  #heapOf([part]: PartText): Heap {
    const byte = firstByteOf(part)
    const found = this.#heaps.get(byte) ?? new Heap(this.#database, `heap_${byte}`)
    this.#heaps.set(byte, found)
    return found
  }
}

/** Rows of one table, which are put there some at a time. */
class Heap {
  readonly #database: ScratchDatabase
  readonly #table: string
  readonly #insert
  #values: string[] = []

  constructor(database: ScratchDatabase, table: string) {
    this.#database = database
    this.#table = table
    database.execute(`create table ${table} (part text, user_id text)`)
    const rows = Array.from({ length: rowsAtOnce }, () => '(?, ?)')
    this.#insert = database.prepare(`insert into ${table} values ${rows.join()}`)
  }

  add([part, user]: PartText): void {
    if (this.#values.push(part, user) < 2 * rowsAtOnce) return
    this.#insert.run(...this.#values)
    this.#values = []
  }

  *inOrder(most: number): Iterable<PartList> {
    this.#addRest()
    this.#database.execute(
      `create table sorted as select * from ${this.#table} order by part, user_id`,
    )
    const step = this.#database.prepare(
      `select json_group_array(json_array(part, user_id)) as json, count(*) as count
       from sorted where rowid between ? and ?`,
    )
    for (let from = 1; ; from += most) {
      const row = step.get(from, from + most - 1)
      if (row === undefined || row.count === 0) break
      yield { count: Number(row.count), json: String(row.json) }
    }
    this.#database.execute('drop table sorted')
  }

  #addRest(): void {
    const one = this.#database.prepare(`insert into ${this.#table} values (?, ?)`)
    for (let at = 0; at < this.#values.length; at += 2) one.run(...this.#values.slice(at, at + 2))
    this.#values = []
  }
}

const rowsAtOnce = 64

function firstByteOf(text: string): number {
  const code = text.charCodeAt(0)
  return code < 0x80 ? code : (Buffer.from(text)[0] ?? 0)
}
