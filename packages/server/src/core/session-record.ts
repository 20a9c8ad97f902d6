import type { SessionRow } from '../store/schema.js'

/** What an admin is shown of a session, member by member. */
export function sessionRecord(row: SessionRow) {
  return {
    id: row.id,
    user_id: row.user_id,
    client_id: row.client_id,
    scope: row.scope,
    address: row.address,
    user_agent: row.user_agent,
    created_at: new Date(row.created_at).toISOString(),
    last_used_at: new Date(row.last_used_at).toISOString(),
  }
}
