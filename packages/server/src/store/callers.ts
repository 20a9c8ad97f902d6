/** Who stands behind a token, and how their session is: one query, kept prepared. */

import { sql } from 'kysely'
import { userColumns } from './columns.js'
import { type Database, type KeptQuery, keep } from './database.js'
import type { SessionId, StatusPlace, UserId, UserRow } from './schema.js'

export interface Caller {
  user: UserRow
  sessionEnded: boolean
  /** Whether the session's tokens of before say what is not so any more. */
  claimsChanged: boolean
  /** Where the session's tokens stand in the status lists. */
  place: StatusPlace | undefined
}

export interface CallerRow extends UserRow {
  live_session: SessionId | null
  live_list: number | null
  live_index: number | null
  live_mark: number | null
}

export interface CallerQueries {
  byId(session: string, id: UserId): KeptQuery<CallerRow>
  byUsername(session: string, usernameKey: string): KeptQuery<CallerRow>
}

export function callerQueries({ build }: Database): CallerQueries {
  const caller = (column: 'users.id' | 'users.username_key') =>
    build
      .selectFrom('users')
      .leftJoin('sessions', (join) =>
        join
          .on('sessions.id', '=', sql<SessionId>`${NO_SESSION}`)
          .onRef('sessions.user_id', '=', 'users.id')
          .on('sessions.ended_at', 'is', null),
      )
      .select(userColumns)
      .select([
        'sessions.id as live_session',
        'sessions.status_list as live_list',
        'sessions.status_index as live_index',
        'sessions.claims_changed as live_mark',
      ])
      .where(column, '=', sql<UserId>`${''}`)
      .compile()
  return {
    byId: keep('caller_by_id', caller('users.id')),
    byUsername: keep('caller_by_username', caller('users.username_key')),
  }
}

/** @param sessionId as asked for; a session that is not there has ended */
export function callerOf(row: CallerRow, sessionId: SessionId | undefined): Caller {
  const { live_list: list, live_index: index, live_mark: mark } = row
  return {
    user: userOf(row),
    sessionEnded: sessionId !== undefined && row.live_session !== sessionId,
    claimsChanged: mark !== null && mark > 0,
    place: list === null || index === null ? undefined : { list, index },
  }
}

/** No session has an empty id. */
const NO_SESSION = '' as SessionId

/** Field by field: a rest pattern takes half as long as the whole query. */
export function userOf(row: UserRow): UserRow {
  return {
    id: row.id,
    username: row.username,
    username_key: row.username_key,
    email: row.email,
    email_key: row.email_key,
    email_verified: row.email_verified,
    disabled: row.disabled,
    scopes: row.scopes,
    metadata: row.metadata,
    admin_metadata: row.admin_metadata,
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}
