/** The keys that refresh tokens are authenticated with, encrypted. */

import type { Database } from './database.js'
import type { RefreshKeyRow } from './schema.js'

export class RefreshKeyTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All of them, the oldest first. */
  async list(): Promise<RefreshKeyRow[]> {
    return this.#database.read(
      this.#database.build.selectFrom('refresh_keys').selectAll().orderBy('generation').compile(),
    )
  }

  /** False where another process was first with this generation: read the list again. */
  async add(row: RefreshKeyRow): Promise<boolean> {
    const query = this.#database.build
      .insertInto('refresh_keys')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .compile()
    return (await this.#database.write([{ query, requires: 1 }])).done
  }
}
