import type { KeptAuditRow } from '../../store/schema.js'

/** What an admin is shown of an entry, member by member. */
export function auditRecord(row: KeptAuditRow) {
  return {
    id: row.id,
    at: new Date(row.at).toISOString(),
    event: row.event,
    user_id: row.user_id,
    session_id: row.session_id,
    client_id: row.client_id,
    actor: row.actor,
    address: row.address,
    request_id: row.request_id,
    detail: detailOf(row.detail),
    seal: row.seal,
  }
}

/** What is no JSON was not written by us; it is shown as it is. */
export function detailOf(detail: string | null): unknown {
  if (detail === null) return null
  try {
    return JSON.parse(detail)
  } catch {
    return detail
  }
}
