import type { SeenNames } from '../core/user-import/sift.js'
import { ScratchDatabase } from './scratch-database.js'

/** Remembers the names of a file of any size, on disk as soon as they are many. */
export class NamesOnDisk implements SeenNames {
  readonly #database = new ScratchDatabase(
    'create table seen (name text primary key, at integer) without rowid',
  )
  readonly #insert = this.#database.prepare(
    'insert or replace into seen select value ->> 0, value ->> 1 from json_each(?)',
  )
  readonly #find = this.#database.prepare(
    'select name, at from json_each(?) join seen on name = value',
  )

  find(names: readonly string[]): ReadonlyMap<string, number> {
    const rows = this.#find.all(JSON.stringify(names))
    return new Map(rows.map(({ name, at }) => [String(name), Number(at)]))
  }

  add(names: ReadonlyMap<string, number>): void {
    this.#insert.run(JSON.stringify([...names]))
  }

  close(): void {
    this.#database.close()
  }
}
