import { Command } from 'commander'
import { invitationRecord } from '../../core/invitations.js'
import { positive } from '../arguments.js'
import { withLatchkey } from '../open.js'
import { type OutputOptions, printable, printJson, printLine, printTable } from '../output.js'

const cli = { actor: 'cli' }

/** `latchkey invitation ...` */
export function invitationCommand(): Command {
  const invitation = new Command('invitation').description(
    'look at invitations and take them back; `latchkey user invite` makes one',
  )
  invitation
    .command('list')
    .description('list those that are good still, newest first')
    .option('--limit <number>', 'how many at most', positive, 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print JSON')
    .action(list)
  invitation
    .command('revoke <id>')
    .description('take an invitation back')
    .option('--json', 'print JSON')
    .action(revoke)
  return invitation
}

/** `latchkey user invite` */
export async function invite(
  email: string,
  { scope: scopes, json }: OutputOptions & { scope?: string[] },
): Promise<void> {
  const row = await withLatchkey(async ({ invitations, checkMasterSecret }) => {
    await checkMasterSecret()
    return invitations.invite({ email, scopes }, cli)
  })
  if (json) printJson(invitationRecord(row))
  else printLine(`Invited ${printable(email)}: the link is in the mail (${row.id}).`)
}

async function list({
  limit,
  cursor,
  json,
}: OutputOptions & { limit: number; cursor?: string }): Promise<void> {
  const page = await withLatchkey(({ invitations }) =>
    invitations.list({ limit, ...(cursor && { after: cursor }) }),
  )
  const records = page.rows.map(invitationRecord)
  if (json) {
    printJson({ items: records, next_cursor: page.next })
    return
  }
  if (records.length === 0) {
    printLine('No invitations.')
    return
  }
  printTable(
    ['INVITATION', 'E-MAIL', 'SCOPES', 'GOOD UNTIL'],
    records.map(({ id, email, scopes, expires_at: until }) => [
      id,
      email ?? '',
      scopes?.join(' ') ?? 'usual',
      until,
    ]),
  )
  if (page.next !== null) printLine(`\nThere are more: add --cursor ${page.next}`)
}

async function revoke(id: string, { json }: OutputOptions): Promise<void> {
  await withLatchkey(({ invitations }) => invitations.revoke(id, cli))
  if (json) printJson({ revoked: id })
  else printLine('Took the invitation back.')
}
