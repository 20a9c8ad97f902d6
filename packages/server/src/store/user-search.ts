/** Users by a part of a name. */

import { type RawBuilder, sql } from 'kysely'
import { userColumns } from './columns.js'
import type { Database } from './database.js'
import { decodePartCursor, encodePartCursor } from './pages.js'
import type { UserRow } from './schema.js'
import { beginningOf, beyondAll, bytesOf, firstPart } from './user-parts.js'

/** A place in the index. */
export interface FoundUser {
  user: UserRow
  /** Whether it is the first place that has this user: the others are passed over. */
  counts: boolean
  /** Of a page that goes on after it. */
  cursor: string
}

export class UserSearchTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Some of the places that begin with a text, in the order of what follows it.
   *
   * @param text canonical form, two characters or more; none of it is looked at beyond the length of a part
   * @throws Refusal `field_malformed` for a cursor that no search for this text has handed out
   */
  async find(text: string, count: number, after?: string): Promise<FoundUser[]> {
    const beginning = bytesOf(beginningOf(text))
    const query = this.#database.build
      .selectFrom('user_parts')
      .innerJoin('users', 'users.id', 'user_parts.user_id')
      .select(userColumns)
      .select('user_parts.part')
      .where(startOf(text, after))
      .where('part', '<', beyondAll(beginning))
      .orderBy('part')
      .orderBy('user_id')
      .limit(count)
    const rows = await this.#database.readStale(query.compile())
    return rows.map(({ part: bytes, ...user }) => {
      const part = decoder.decode(bytes)
      const counts = firstPart(user, text) === part
      return { user, counts, cursor: encodePartCursor({ part, id: user.id }) }
    })
  }

  /** Whether all users have their parts: an import, or a release without a search, leaves them to be added later. */
  async isComplete(): Promise<boolean> {
    const query = this.#database.build
      .selectFrom('backfills')
      .select('name')
      .where('name', '=', 'user_parts')
      .where('done_at', 'is not', null)
    return (await this.#database.readStale(query.compile())).length > 0
  }
}

/** One bound alone: of two an engine may begin at the lower, and pass over all pages before. */
function startOf(text: string, after: string | undefined): RawBuilder<boolean> {
  const beginning = beginningOf(text)
  if (after === undefined) return sql`part >= ${bytesOf(beginning)}`
  const { part, id } = decodePartCursor(after, beginning)
  return sql`(part, user_id) > (${bytesOf(part)}, ${id})`
}

const decoder = new TextDecoder()
