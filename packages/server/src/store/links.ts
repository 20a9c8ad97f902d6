/** Links that work once. Whoever holds one holds its token; here is the token's digest only (checklist I01). */

import type { Kysely } from 'kysely'
import type { Database, Statement } from './database.js'
import type { LinkPurpose, LinkRow, Schema, UserId } from './schema.js'

export class LinkTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** One that is still good. */
  async find(digest: string, purpose: LinkPurpose): Promise<LinkRow | undefined> {
    const query = this.#database.build
      .selectFrom('links')
      .selectAll()
      .where('digest', '=', digest)
      .where('purpose', '=', purpose)
      .where('used_at', 'is', null)
      .where('expires_at', '>', this.#database.now())
    const [link] = await this.#database.read(query.compile())
    return link
  }
}

/** The statement that makes a link, for the units of other tables. */
export function makeLink(build: Kysely<Schema>, link: LinkRow): Statement {
  return { query: build.insertInto('links').values(link).compile(), requires: 1 }
}

/** Uses a link up: of several that try, one does (checklist M06). */
export function useLink(
  database: Database,
  { digest, purpose }: Pick<LinkRow, 'digest' | 'purpose'>,
): Statement {
  const query = database.build
    .updateTable('links')
    .set({ used_at: database.now() })
    .where('digest', '=', digest)
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', database.now())
  return { query: query.compile(), requires: 1 }
}

/** Makes a user's earlier links worthless. */
export function dropLinks(build: Kysely<Schema>, userId: UserId, purpose: LinkPurpose): Statement {
  const query = build
    .deleteFrom('links')
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .where('used_at', 'is', null)
  return { query: query.compile() }
}
