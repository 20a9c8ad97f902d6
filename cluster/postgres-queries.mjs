/** What is asked of one of the servers, on a connection for that. */

import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

export async function connected(port, work) {
  const client = new pg.Client(`postgres://postgres@127.0.0.1:${port}/postgres`)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Resolves when it takes writes. */
export function promote(port) {
  return connected(port, (client) => client.query('select pg_promote(true)'))
}

/** From now on what is written waits for the standby of this name. */
export function requireStandby(port, name) {
  return connected(port, async (client) => {
    await client.query(`alter system set synchronous_standby_names = '${name}'`)
    await client.query('select pg_reload_conf()')
  })
}

/** Resolves when a standby has all that was ever answered. */
export function followsSynchronously(port) {
  return connected(port, async (client) => {
    const found = "select 1 from pg_stat_replication where sync_state = 'sync'"
    while ((await client.query(found)).rowCount === 0) await pause(10)
  })
}
