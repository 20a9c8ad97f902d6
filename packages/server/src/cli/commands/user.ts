import { Command, InvalidArgumentError } from 'commander'
import { userRecord } from '../../core/users.js'
import type { UserRow } from '../../store/schema.js'
import { withLatchkey } from '../open.js'
import {
  isoTime,
  type OutputOptions,
  printable,
  printJson,
  printLine,
  printTable,
} from '../output.js'
import { readPassword } from '../password-input.js'

const cli = { actor: 'cli' }

/** `latchkey user ...` */
export function userCommand(): Command {
  const user = new Command('user').description('manage users')
  user
    .command('add <name>')
    .description('add a user; the password is asked for, or read from standard input')
    .option('--email <address>', 'e-mail address')
    .option('--email-verified', 'the address is known to be theirs')
    .option('--scope <scope>', 'grant a scope; may be repeated', collect, [])
    .option('--admin', 'grant the scope "admin"')
    .option('--json', 'print JSON')
    .action(add)
  user
    .command('list')
    .description('list users, oldest first')
    .option('--search <text>', 'only those whose name or address holds this')
    .option('--limit <number>', 'how many at most', positive, 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print JSON')
    .action(list)
  user.command('show <name>').description('show a user').option('--json', 'print JSON').action(show)
  user
    .command('set-password <name>')
    .description(
      'set a new password and end all sessions; it is asked for, or read from standard input',
    )
    .action(setPassword)
  user
    .command('disable <name>')
    .description('end all sessions and refuse sign-in')
    .action((name) => setDisabled(name, true))
  user
    .command('enable <name>')
    .description('allow sign-in again')
    .action((name) => setDisabled(name, false))
  return user
}

interface AddOptions extends OutputOptions {
  email?: string
  emailVerified?: boolean
  scope: string[]
  admin?: boolean
}

async function add(username: string, options: AddOptions): Promise<void> {
  const password = await readPassword(`Password for ${printable(username)}`)
  const scopes = options.admin ? [...options.scope, 'admin'] : options.scope
  const { email, emailVerified = false } = options
  const row = await withLatchkey(({ users }) =>
    users.add({ username, password, email, emailVerified, scopes }, cli),
  )
  if (options.json) printJson(userRecord(row))
  else printLine(`Added ${printable(row.username)} (${row.id}).`)
}

async function list(
  options: OutputOptions & { search?: string; limit: number; cursor?: string },
): Promise<void> {
  const { limit, search, cursor: after } = options
  const page = await withLatchkey(({ users }) =>
    users.list({ limit, ...(after && { after }), ...(search && { search }) }),
  )
  if (options.json) {
    printJson({ items: page.rows.map(userRecord), next_cursor: page.next })
    return
  }
  printTable(
    ['NAME', 'E-MAIL', 'SCOPES', 'CREATED', ''],
    page.rows.map((row) => [
      row.username,
      row.email ?? '',
      row.scopes,
      isoTime(row.created_at),
      row.disabled === 1 ? 'disabled' : '',
    ]),
  )
  if (page.next !== null) printLine(`More: latchkey user list --cursor ${page.next}`)
}

async function show(username: string, options: OutputOptions): Promise<void> {
  const row: UserRow = await withLatchkey(({ users }) => users.get(username))
  if (options.json) printJson(userRecord(row))
  else
    printTable(
      ['', ''],
      Object.entries(userRecord(row)).map(([name, value]) => [name, [value].flat().join(' ')]),
    )
}

async function setPassword(username: string): Promise<void> {
  const password = await readPassword(`New password for ${printable(username)}`)
  await withLatchkey(({ users }) => users.setPassword(username, password, cli))
  printLine(`The password of ${printable(username)} is changed, and all their sessions are ended.`)
}

async function setDisabled(username: string, disabled: boolean): Promise<void> {
  await withLatchkey(({ users }) => users.setDisabled(username, disabled, cli))
  printLine(`${printable(username)} is ${disabled ? 'disabled' : 'enabled'}.`)
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value]
}

function positive(value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && number > 0 && number <= 1000) return number
  throw new InvalidArgumentError('It should be a whole number from 1 to 1000.')
}
