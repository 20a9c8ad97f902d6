/** Who signs in under what somebody has typed. */

import { type RawBuilder, sql } from 'kysely'
import { userOf } from './callers.js'
import { userColumns } from './columns.js'
import { type Database, type KeptQuery, keep } from './database.js'
import type { Instant, UserId, UserRow } from './schema.js'

/** `password_at` is when the password was last changed. */
export type UserWithHash = UserRow & { hash: string | null; password_at: Instant | null }

/** What was typed, as names and addresses are compared. */
export interface Login {
  readonly usernameKey: string
  readonly emailKey?: string
}

/** What a sign-in looks up. */
export interface SignInRecord {
  readonly user: UserWithHash | undefined
  /** Stands in for a hash that is not there; undefined where nobody has any. */
  readonly decoy: string | undefined
}

/** There is one even if there is no user. */
export type SignInRow = { decoy: string | null } & (
  | UserWithHash
  | { [Column in keyof UserWithHash]: null }
)

export interface LoginQueries {
  byName(usernameKey: string): KeptQuery<UserWithHash>
  byNameOrAddress(emailKey: string, usernameKey: string): KeptQuery<UserWithHash>
  withDecoy: {
    byName(place: string, usernameKey: string): KeptQuery<SignInRow>
    byNameOrAddress(place: string, emailKey: string, usernameKey: string): KeptQuery<SignInRow>
  }
}

export function loginQueries({ build }: Database): LoginQueries {
  const isNamed = sql<boolean>`username_key = ${''}`
  // Literally 1: with a parameter in its place the partial index would not serve.
  const isNamedOrAt = sql<boolean>`(email_verified = 1 and email_key = ${''}) or ${isNamed}`
  const user = build
    .selectFrom('users')
    .leftJoin('passwords', 'passwords.user_id', 'users.id')
    .select(userColumns)
    .select(['passwords.hash', 'passwords.changed_at as password_at'])
  const withDecoy = (isTheirs: RawBuilder<boolean>) =>
    build
      .selectFrom(build.selectNoFrom(decoy(build).as('decoy')).as('stand_in'))
      .leftJoin('users', (join) => join.on(isTheirs))
      .leftJoin('passwords', 'passwords.user_id', 'users.id')
      .select(userColumns)
      .select(['passwords.hash', 'passwords.changed_at as password_at', 'stand_in.decoy'])
      .$castTo<SignInRow>()
      .compile()
  return {
    byName: keep('login_by_name', user.where(isNamed).compile()),
    byNameOrAddress: keep('login_by_name_or_address', user.where(isNamedOrAt).compile()),
    withDecoy: {
      byName: keep('sign_in_by_name', withDecoy(isNamed)),
      byNameOrAddress: keep('sign_in_by_name_or_address', withDecoy(isNamedOrAt)),
    },
  }
}

/**
 * Of several rows the one whose login it is. A verified address wins over a username: whoever took another's
 * address for a name must not receive that person's password tries.
 */
export function ownOf<Row extends { email_verified: unknown; email_key: unknown }>(
  rows: readonly Row[],
  { emailKey }: Login,
): Row | undefined {
  return rows.find((row) => row.email_verified === 1 && row.email_key === emailKey) ?? rows[0]
}

export function recordOf(row: SignInRow | undefined): SignInRecord {
  const decoy = row?.decoy ?? undefined
  if (row === undefined || row.id === null) return { user: undefined, decoy }
  return { user: { ...userOf(row), hash: row.hash, password_at: row.password_at }, decoy }
}

/** The hash of the first user with a password whose id is a text or comes after it; after the last of them, of the first of all. */
function decoy(build: Database['build']): RawBuilder<string | null> {
  const from = (place: RawBuilder<UserId>) =>
    build
      .selectFrom('passwords')
      .select('hash')
      .where('user_id', '>=', place)
      .orderBy('user_id')
      .limit(sql.lit(1))
  return sql`coalesce(${from(sql`${''}`)}, ${from(sql.lit('' as UserId))})`
}
