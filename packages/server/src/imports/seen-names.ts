import { DatabaseSync } from '@photostructure/sqlite'
import type { SeenNames } from '../core/user-import/sift.js'

/** Remembers the names of a file of any size, on disk as soon as they are many. */
export class NamesOnDisk implements SeenNames {
  readonly #database: InstanceType<typeof DatabaseSync>
  readonly #insert
  readonly #find

  constructor() {
    // Without a name it is a file that nobody else sees, and that is gone when it is closed.
    this.#database = new DatabaseSync('')
    this.#database.exec('pragma journal_mode = off; pragma synchronous = off')
    this.#database.exec(
      'create table seen (name text primary key, at integer) without rowid; begin',
    )
    this.#insert = this.#database.prepare('insert or replace into seen values (?, ?)')
    this.#find = this.#database.prepare('select at from seen where name = ?')
  }

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
