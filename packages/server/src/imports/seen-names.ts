import { DatabaseSync } from '@photostructure/sqlite'
import type { SeenNames } from '../core/user-import/user-import.js'

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
    this.#insert = this.#database.prepare('insert or ignore into seen values (?, ?)')
    this.#find = this.#database.prepare('select at from seen where name = ?')
  }

  see(names: readonly string[], at: number): number | undefined {
    for (const name of names) {
      if (this.#insert.run(name, at).changes === 1) continue
      return Number(this.#find.get(name)?.at)
    }
    return undefined
  }

  close(): void {
    this.#database.close()
  }
}
