/**
 * The link by which the first admin is made. There is one row for it ever, of a fixed id, and every unit
 * that makes an admin touches that row: so no link is good beside an admin, however close they come
 * (checklist M06).
 */

import { sql } from 'kysely'
import type { Database, Statement } from './database.js'
import type { LinkRow, UserRow } from './schema.js'

const rowId = 'first_admin'

export class FirstAdminTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Puts a new link in the place of the one before, as long as there is no user.
   *
   * @returns false where there is one
   */
  async offer({ digest, created_at, expires_at }: LinkRow): Promise<boolean> {
    const { build } = this.#database
    // The types are named, because PostgreSQL would take the parameters of a select for texts.
    const row = sql`select ${digest}, ${rowId}, ${rowId},
        cast(${created_at} as bigint), cast(${expires_at} as bigint)
      where (select id from users order by created_at, id limit ${1}) is null`
    const query = sql`insert into links (digest, id, purpose, created_at, expires_at) ${row}
      on conflict (id) do update set digest = excluded.digest,
        created_at = excluded.created_at, expires_at = excluded.expires_at
      where links.used_at is null`
    const outcome = await this.#database.write([{ query: query.compile(build), requires: 1 }])
    return outcome.done
  }
}

/** Makes the link worthless where this user is an admin, for the unit that makes them one. */
export function closeFirstAdmin(
  database: Database,
  { id, scopes }: Pick<UserRow, 'id' | 'scopes'>,
): Statement[] {
  if (!scopes.split(' ').includes('admin')) return []
  const query = database.build
    .insertInto('links')
    .values({
      // Of nobody's token; another for each user, so that two units meet at the id alone.
      digest: `admin:${id}`,
      id: rowId,
      purpose: 'first_admin',
      user_id: null,
      email: null,
      detail: null,
      created_at: database.now(),
      expires_at: database.now(),
      used_at: database.now(),
    })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ used_at: database.now() })
        .where('links.used_at', 'is', null),
    )
  return [{ query: query.compile() }]
}
