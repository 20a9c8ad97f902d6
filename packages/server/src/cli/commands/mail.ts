import { Command, Option } from 'commander'
import { mailRecord } from '../../core/mails.js'
import type { MailRow } from '../../store/schema.js'
import { positive } from '../arguments.js'
import { withLatchkey } from '../open.js'
import { type OutputOptions, printFields, printJson, printLine, printTable } from '../output.js'

/** `latchkey mail ...` */
export function mailCommand(): Command {
  const mail = new Command('mail').description('look at what was mailed, waits, or failed')
  mail
    .command('list')
    .description('list mails, newest first')
    .addOption(new Option('--state <state>', 'only those that are').choices(states))
    .option('--user <name>', 'only those to this user')
    .option('--limit <number>', 'how many at most', positive, 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print JSON')
    .action(list)
  mail
    .command('show <id>')
    .description('show a mail, but not what it says')
    .option('--json', 'print JSON')
    .action(show)
  return mail
}

const states = ['queued', 'sent', 'failed', 'kept'] satisfies MailRow['state'][]

interface ListOptions extends OutputOptions {
  state?: MailRow['state']
  user?: string
  limit: number
  cursor?: string
}

async function list({ state, user, limit, cursor, json }: ListOptions): Promise<void> {
  const page = await withLatchkey(async ({ users, mails }) =>
    mails.list({
      limit,
      ...(cursor && { after: cursor }),
      ...(state && { state }),
      ...(user !== undefined && { userId: (await users.get(user)).id }),
    }),
  )
  const records = page.rows.map(mailRecord)
  if (json) {
    printJson({ items: records, next_cursor: page.next })
    return
  }
  if (records.length === 0) {
    printLine('No mails.')
    return
  }
  printTable(
    ['MAIL', 'KIND', 'STATE', 'TO', 'WRITTEN', 'FAULT'],
    records.map((record) => [
      record.id,
      record.kind,
      record.state,
      record.to,
      record.created_at,
      record.fault ?? '',
    ]),
  )
  if (page.next !== null) printLine(`\nThere are more: add --cursor ${page.next}`)
}

async function show(id: string, { json }: OutputOptions): Promise<void> {
  const { row } = await withLatchkey(({ mails }) => mails.get(id))
  const record = mailRecord(row)
  if (json) {
    printJson(record)
    return
  }
  printFields(
    Object.fromEntries(
      Object.entries(record).flatMap(([name, value]) =>
        value === null ? [] : [[name, String(value)]],
      ),
    ),
  )
}
