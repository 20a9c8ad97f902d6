import type { SeenNames } from '../core/user-import/sift.js'
import { ScratchDatabase } from './scratch-database.js'

/** Remembers the names of a file of any size, on disk as soon as they are many. */
export class NamesOnDisk implements SeenNames {
  readonly #database = new ScratchDatabase(
    'create table seen (name text primary key, at integer) without rowid',
  )
  readonly #insert = this.#database.prepare('insert or replace into seen values (?, ?)')
  readonly #find = this.#database.prepare('select at from seen where name = ?')

  find(name: string): number | undefined {
    const row = this.#find.get(name)
    return row === undefined ? undefined : Number(row.at)
  }

  add(names: readonly string[], at: number): void {
    for (const name of names) this.#insert.run(name, at)
  }

  close(): void {
    this.#database.close()
  }
}
