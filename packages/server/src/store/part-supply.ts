/**
 * What users are found by, for many of them at once: for those whom an import has brought, or a release without
 * a search has made. Until all have it, `backfills` says that a search has to do without.
 */

import { type Kysely, sql } from 'kysely'
import type { Database, Statement } from './database.js'
import type { BackfillRow, Schema, UserId, UserRow } from './schema.js'
import { byBytes, partsOf, type SearchedNames } from './user-parts.js'

export type NamedUser = SearchedNames & Pick<UserRow, 'id'>

/** A row of `user_parts` as a text, which is cheaper to sort and to hand on than bytes are. */
export type PartText = readonly [part: string, user: UserId]

/** How often users were made without parts, and how often parts were removed: both are read before the users. */
export type SupplyState = Pick<BackfillRow, 'additions' | 'removals'>

export class PartSupplyTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async state(): Promise<SupplyState> {
    const query = this.#database.build
      .selectFrom('backfills')
      .select(['additions', 'removals'])
      .where('name', '=', 'user_parts')
    const [row] = await this.#database.read(query.compile())
    if (row === undefined) throw new Error('The table backfills has lost its row')
    return row
  }

  /** Some users by their ids, from the first on, that is after `position`. */
  async usersAfter(position: string, limit: number): Promise<NamedUser[]> {
    const query = this.#named()
      .where('id', '>', position as UserId)
      .orderBy('id')
      .limit(limit)
    return this.#database.read(query.compile())
  }

  /** Those of some users who are still there, with the names that they have now. */
  async usersOf(ids: readonly UserId[]): Promise<NamedUser[]> {
    if (ids.length === 0) return []
    return this.#database.read(this.#named().where('id', 'in', ids).compile())
  }

  /**
   * The parts of those of some users who can't be found by all of them yet: these are written in their order, so
   * the last of them tells.
   */
  async lackedBy(users: readonly NamedUser[]): Promise<PartText[]> {
    const theirs = users.map(partTexts)
    const samples = theirs.flatMap((parts) => lastOf(parts))
    if (samples.length === 0) return []
    const database = this.#database
    const query = sql<{ user_id: UserId }>`select user_id
      from ${database.rowsOf(JSON.stringify(samples))} join user_parts
      on part = ${database.bytes(first)} and user_id = ${second}`
    const rows = await database.read(query.compile(database.build))
    const found = new Set(rows.map(({ user_id: id }) => id))
    return theirs.flatMap((parts) => {
      const [, id] = parts[0] ?? []
      return id === undefined || found.has(id) ? [] : parts
    })
  }

  /**
   * Writes parts, in their order where they are many; those that are there already stay.
   *
   * @param parts a list of `PartText` in JSON
   * @returns false where parts were removed since the state was read: then some of these may be of names that
   *   nobody has any more, and nothing is written
   */
  async supply(parts: string, removals: number): Promise<boolean> {
    const { build } = this.#database
    const unchanged = build
      .selectFrom('backfills')
      .select('name')
      .where('name', '=', 'user_parts')
      .where('removals', '=', removals)
    const outcome = await this.#database.write([
      { query: this.#database.hold(unchanged).compile(), requires: 1 },
      insertParts(this.#database, parts),
    ])
    return outcome.done
  }

  /** Writes down that all users have their parts. @returns false where some were made without since the state was read */
  async complete(additions: number): Promise<boolean> {
    const query = this.#database.build
      .updateTable('backfills')
      .set({ done_at: this.#database.now() })
      .where('name', '=', 'user_parts')
      .where('additions', '=', additions)
    const statement: Statement = { query: query.compile(), requires: 1, touchesOneAtMost: true }
    return (await this.#database.write([statement])).done
  }

  #named() {
    return this.#database.build.selectFrom('users').select(['id', 'username_key', 'email_key'])
  }
}

export function partTexts(user: NamedUser): PartText[] {
  return partsOf(user).map((part) => [part, user.id])
}

/** The statement that says that users lack their parts, for the unit that makes them so. */
export function lackParts(build: Kysely<Schema>): Statement {
  const query = build
    .updateTable('backfills')
    .set(({ eb }) => ({ done_at: null, additions: eb('additions', '+', 1) }))
    .where('name', '=', 'user_parts')
  return { query: query.compile(), requires: 1 }
}

/**
 * The statement that writes parts; those that are there already stay.
 *
 * @param parts a list of `PartText` in JSON
 */
export function insertParts(database: Database, parts: string): Statement {
  // Without a condition, SQLite would take `on conflict` for a join's.
  const query = sql`insert into user_parts (part, user_id)
    select ${database.bytes(first)}, ${second} from ${database.rowsOf(parts)} where true
    on conflict do nothing`
  return { query: query.compile(database.build) }
}

/** In the order of the index. */
function lastOf(parts: readonly PartText[]): PartText[] {
  const [one, ...others] = parts
  if (one === undefined) return []
  return [others.reduce((last, other) => (byBytes(other[0], last[0]) > 0 ? other : last), one)]
}

const [first, second] = [sql`value ->> 0`, sql`value ->> 1`]
