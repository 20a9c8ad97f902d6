/** All users, one part after the other. */

import { userColumns } from './columns.js'
import type { Database } from './database.js'
import type { UserId, UserRow } from './schema.js'

export type ExportedUser = UserRow & {
  /** What is stored of the password, where that was asked for; null for who has none. */
  readonly hash?: string | null
}

export interface ExportPage {
  /** The id that the page before ended with; the empty one is before all. */
  after: string
  limit: number
}

export class UserExportTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** By their ids: whoever is there all the time is on one page, whoever else comes and goes. */
  async users(page: ExportPage): Promise<ExportedUser[]> {
    return this.#database.read(this.#page(page).compile())
  }

  async usersWithHashes(page: ExportPage): Promise<ExportedUser[]> {
    // One by one: joined, an engine may go through all passwords up to the page's.
    const query = this.#page(page).select(({ selectFrom }) =>
      selectFrom('passwords')
        .select('passwords.hash')
        .whereRef('passwords.user_id', '=', 'users.id')
        .as('hash'),
    )
    return this.#database.read(query.compile())
  }

  #page({ after, limit }: ExportPage) {
    return this.#database.build
      .selectFrom('users')
      .select(userColumns)
      .where('users.id', '>', after as UserId)
      .orderBy('users.id')
      .limit(limit)
  }
}
