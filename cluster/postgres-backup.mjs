import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { connected } from './postgres-queries.mjs'

/**
 * Copies a running server's data, such that a standby may start from it: the binaries from npm come
 * without pg_basebackup, so this is what it does (PostgreSQL documentation, "Making a Base Backup
 * Using the Low Level API").
 *
 * @param to an empty folder
 * @param run runs a program as the user whom the data belongs to
 */
export async function backUp({ port, data }, to, run) {
  await connected(port, async (client) => {
    await client.query("select pg_backup_start('standby', true)")
    // A file that goes away meanwhile is no fault: what made it go is in the log that is replayed.
    run('sh', '-c', COPY, 'sh', data, to)
    const { rows } = await client.query('select labelfile from pg_backup_stop(false)')
    run('sh', '-c', 'printf %s "$1" > "$2"', 'sh', rows[0].labelfile, join(to, 'backup_label'))
  })
  for (const name of OWN) rmSync(join(to, name), { force: true })
  // It is streamed from where the backup began.
  const log = join(to, 'pg_wal')
  for (const name of readdirSync(log)) rmSync(join(log, name), { recursive: true })
}

const COPY = 'cp -R "$1/." "$2" 2>&1 | { ! grep -v "No such file or directory" >&2; }'
/** What is said of one server only: that it runs, and whom it waits for. */
const OWN = ['postmaster.pid', 'postmaster.opts', 'postgresql.auto.conf']
