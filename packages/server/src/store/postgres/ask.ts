/** Looking at a server, which may be another engine and lack what is asked about. */

import pg from 'pg'

export type Ask = <Row extends pg.QueryResultRow>(
  text: string,
  values?: unknown[],
) => Promise<Row[]>

export function askOn(client: pg.ClientBase): Ask {
  return async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
    (await client.query<Row>(text, values)).rows
}

export async function setting(ask: Ask, name: string): Promise<string | undefined> {
  const rows = await orNothing(
    ask<{ setting: string | null }>('select current_setting($1, true) as setting', [name]),
  )
  return rows?.[0]?.setting ?? undefined
}

/** Engines that speak PostgreSQL's language need not have all its views. */
export async function orNothing<Rows>(asked: Promise<Rows>): Promise<Rows | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof pg.DatabaseError) return undefined
    throw error
  }
}
