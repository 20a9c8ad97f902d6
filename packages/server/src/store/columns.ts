/** The columns of the tables that kept queries read whole. */

import type { Schema } from './schema.js'

/**
 * For queries that are kept: PostgreSQL refuses to run one again whose columns have become more, as
 * those of `*` do when a later version migrates under this one.
 */
export const userColumns = columnsOf('users', {
  id: true,
  username: true,
  username_key: true,
  email: true,
  email_key: true,
  email_verified: true,
  disabled: true,
  scopes: true,
  metadata: true,
  admin_metadata: true,
  created_at: true,
  updated_at: true,
})

export const sessionColumns = columnsOf('sessions', {
  id: true,
  user_id: true,
  client_id: true,
  scope: true,
  counter: true,
  epoch: true,
  rotated_at: true,
  password_at: true,
  address: true,
  user_agent: true,
  amr: true,
  authenticated_at: true,
  created_at: true,
  last_used_at: true,
  ended_at: true,
  ended_why: true,
  status_list: true,
  status_index: true,
  claims_changed: true,
})

function columnsOf<Table extends keyof Schema, Column extends keyof Schema[Table] & string>(
  table: Table,
  columns: Readonly<Record<keyof Schema[Table] & string, true>> & Record<Column, true>,
): `${Table}.${Column}`[] {
  return Object.keys(columns)
    .filter((name): name is Column => name in columns)
    .map((name) => `${table}.${name}` as const)
}
