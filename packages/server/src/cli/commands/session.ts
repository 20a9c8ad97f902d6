import { Command } from 'commander'
import { sessionRecord } from '../../core/session-record.js'
import { positive } from '../arguments.js'
import { withLatchkey } from '../open.js'
import { type OutputOptions, printJson, printLine, printTable } from '../output.js'

const cli = { actor: 'cli' }

/** `latchkey session ...` */
export function sessionCommand(): Command {
  const session = new Command('session').description('look at sessions and end them')
  session
    .command('list')
    .description('list live sessions, newest first')
    .option('--user <name>', 'only those of this user')
    .option('--limit <number>', 'how many at most', positive, 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print JSON')
    .action(list)
  session
    .command('revoke [id]')
    .description('end a session, or with --user all sessions of a user')
    .option('--user <name>', 'all sessions of this user')
    .option('--json', 'print JSON')
    .action(revoke)
  return session
}

interface ListOptions extends OutputOptions {
  user?: string
  limit: number
  cursor?: string
}

async function list({ user, limit, cursor, json }: ListOptions): Promise<void> {
  const size = { limit, ...(cursor && { after: cursor }) }
  const page = await withLatchkey(async ({ users, sessions }) =>
    user === undefined ? sessions.list(size) : sessions.listOf((await users.get(user)).id, size),
  )
  const records = page.rows.map((row) => ({ ...sessionRecord(row), username: row.username }))
  if (json) {
    printJson({ items: records, next_cursor: page.next })
    return
  }
  if (records.length === 0) {
    printLine('No sessions.')
    return
  }
  printTable(
    ['SESSION', 'USER', 'CLIENT', 'ADDRESS', 'SIGNED IN', 'LAST USED'],
    records.map((record) => [
      record.id,
      record.username ?? record.user_id,
      record.client_id,
      record.address ?? '',
      record.created_at,
      record.last_used_at,
    ]),
  )
  if (page.next !== null) printLine(`\nThere are more: add --cursor ${page.next}`)
}

async function revoke(
  id: string | undefined,
  { user, json }: OutputOptions & { user?: string },
  command: Command,
): Promise<void> {
  if ((id === undefined) === (user === undefined)) {
    command.error('error: name one session, or a user with --user')
  }
  const ended = await withLatchkey(async ({ users, sessions }) => {
    if (user !== undefined)
      return sessions.endAll((await users.get(user)).id, 'ended_by_admin', cli)
    await sessions.endOne(id ?? '', 'ended_by_admin', cli)
    return 1
  })
  if (json) printJson({ ended })
  else printLine(ended === 1 ? 'Ended one session.' : `Ended ${ended} sessions.`)
}
