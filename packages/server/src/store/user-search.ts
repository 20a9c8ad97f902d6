/** Users by a part of a name, and what is still to be done for those of before there were parts. */

import { type RawBuilder, sql } from 'kysely'
import { userColumns } from './columns.js'
import type { Database } from './database.js'
import { decodePartCursor, encodePartCursor } from './pages.js'
import type { UserId, UserRow } from './schema.js'
import {
  addParts,
  beginningOf,
  beyondAll,
  bytesOf,
  firstPart,
  partRows,
  type SearchedNames,
} from './user-parts.js'

/** A place in the index. */
export interface FoundUser {
  user: UserRow
  /** Whether it is the first place that has this user: the others are passed over. */
  counts: boolean
  /** Of a page that goes on after it. */
  cursor: string
}

export type NamedUser = SearchedNames & Pick<UserRow, 'id'>

export class UserSearchTable {
  readonly #database: Database
  #isComplete = false

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

  /** Whether all users have their parts: those of before the table get them one after the other. */
  async isComplete(): Promise<boolean> {
    if (this.#isComplete) return true
    const query = this.#database.build
      .selectFrom('backfills')
      .select('name')
      .where('name', '=', backfill)
    this.#isComplete = (await this.#database.readStale(query.compile())).length > 0
    return this.#isComplete
  }

  /** Writes down that all have them; those whom a node of before makes yet get theirs in another pass. */
  async complete(): Promise<void> {
    const query = this.#database.build
      .insertInto('backfills')
      .values({ name: backfill, done_at: this.#database.now() })
      .onConflict((conflict) => conflict.doNothing())
    await this.#database.write([{ query: query.compile() }])
  }

  /** Some users by their ids, from the first on, that is after `position`. */
  async usersAfter(position: string, limit: number): Promise<NamedUser[]> {
    const query = this.#database.build
      .selectFrom('users')
      .select(['id', 'username_key', 'email_key'])
      .where('id', '>', position as UserId)
      .orderBy('id')
      .limit(limit)
    return this.#database.read(query.compile())
  }

  /**
   * Those of some users who can't be found yet: parts are written all or none, so one tells.
   *
   * @param users a hundred at most: an engine takes no more terms
   */
  async lackingOf(users: readonly NamedUser[]): Promise<NamedUser[]> {
    const samples = users.flatMap((user) => partRows(user).slice(0, 1))
    if (samples.length === 0) return []
    const query = this.#database.build
      .selectFrom('user_parts')
      .select('user_id')
      .where(({ and, or }) => or(samples.map((sample) => and({ ...sample }))))
    const found = new Set((await this.#database.read(query.compile())).map((row) => row.user_id))
    const lacking = new Set(samples.flatMap(({ user_id: id }) => (found.has(id) ? [] : id)))
    return users.filter(({ id }) => lacking.has(id))
  }

  /** Lets a user be found, unless the names have changed since they were looked at: then that has. */
  async supply(user: NamedUser): Promise<void> {
    const { build } = this.#database
    const { id, username_key: username, email_key: address } = user
    const seen = build
      .selectFrom('users')
      .select('id')
      .where('id', '=', id)
      .where('username_key', '=', username)
      .where('email_key', address === null ? 'is' : '=', address)
    await this.#database.write([
      { query: this.#database.hold(seen).compile(), requires: 1 },
      ...addParts(build, user),
    ])
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
const backfill = 'user_parts'
