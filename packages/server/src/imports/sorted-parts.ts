import { DatabaseSync } from '@photostructure/sqlite'
import type { PartSorter, PartText } from '../core/user-parts.js'

/** Sorts what millions of users are found by, on disk as soon as that is much. */
export class PartsOnDisk implements PartSorter {
  readonly #database: InstanceType<typeof DatabaseSync>
  readonly #insertMany
  readonly #insertOne
  /** Kept here: one that nobody holds any more ends under its iterator's hands. */
  readonly #sorted

  constructor() {
    // Without a name it is a file that nobody else sees, and that is gone when it is closed.
    this.#database = new DatabaseSync('')
    this.#database.exec('pragma journal_mode = off; pragma synchronous = off')
    // What is sorted at once, before it is merged.
    this.#database.exec('pragma cache_size = -32768; create table parts (part text, user_id text)')
    this.#database.exec('begin')
    const rows = Array.from({ length: rowsAtOnce }, () => '(?, ?)')
    this.#insertMany = this.#database.prepare(`insert into parts values ${rows.join()}`)
    this.#insertOne = this.#database.prepare('insert into parts values (?, ?)')
    this.#sorted = this.#database.prepare('select part, user_id from parts order by part, user_id')
  }

  add(parts: readonly PartText[]): void {
    let at = 0
    for (; parts.length - at >= rowsAtOnce; at += rowsAtOnce) {
      this.#insertMany.run(...parts.slice(at, at + rowsAtOnce).flatMap(valuesOf))
    }
    for (const part of parts.slice(at)) this.#insertOne.run(...valuesOf(part))
  }

  *inOrder(atOnce: number): Iterable<PartText[]> {
    let some: PartText[] = []
    for (const row of this.#sorted.iterate()) {
      some.push(row)
      if (some.length < atOnce) continue
      yield some
      some = []
    }
    if (some.length > 0) yield some
  }

  close(): void {
    this.#database.close()
  }
}

const rowsAtOnce = 64

function valuesOf({ part, user_id: id }: PartText): [string, string] {
  return [part, id]
}
