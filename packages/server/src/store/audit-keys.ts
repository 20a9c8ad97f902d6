/** The keys that seals of the audit log are made with, encrypted. */

import type { Database } from './database.js'
import type { AuditKeyRow } from './schema.js'

export class AuditKeyTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All of them, the oldest first. */
  async list(): Promise<AuditKeyRow[]> {
    return this.#database.read(
      this.#database.build.selectFrom('audit_keys').selectAll().orderBy('generation').compile(),
    )
  }

  /** False where another process was first with this generation: read the list again. */
  async add(row: AuditKeyRow): Promise<boolean> {
    const query = this.#database.build
      .insertInto('audit_keys')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .compile()
    return (await this.#database.write([{ query, requires: 1 }])).done
  }
}
