/** Signing keys, their private halves encrypted. */

import { auditEntry } from './audit.js'
import type { Database } from './database.js'
import type { AuditRow, SigningKeyRow } from './schema.js'

export class KeyTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All of them, by algorithm and generation. */
  async list(): Promise<SigningKeyRow[]> {
    return this.#database.read(
      this.#database.build
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy('algorithm')
        .orderBy('generation')
        .compile(),
    )
  }

  /** False where another process was first with this generation: read the list again. */
  async add(row: SigningKeyRow, event: AuditRow): Promise<boolean> {
    const { build } = this.#database
    const query = build
      .insertInto('signing_keys')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .compile()
    const outcome = await this.#database.write([{ query, requires: 1 }, auditEntry(build, event)])
    return outcome.done
  }
}
