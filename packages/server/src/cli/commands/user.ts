import { Command } from 'commander'
import type { Enrolled } from '../../core/enrolment.js'
import type { UserEdit } from '../../core/user-edits.js'
import { fullUserRecord } from '../../core/users.js'
import type { UserRow } from '../../store/schema.js'
import { collect, parseJson, positive } from '../arguments.js'
import { withLatchkey } from '../open.js'
import {
  type OutputOptions,
  printable,
  printFields,
  printJson,
  printLine,
  printTable,
} from '../output.js'
import { readNewPassword } from '../password-input.js'
import { invite } from './invitation.js'
import { addExportCommand } from './user-export.js'
import { addImportCommand } from './user-import.js'

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
    .option('--no-password', 'ask for none: a mail to the address has a link to choose it by')
    .option('--json', 'print JSON')
    .action(add)
  user
    .command('invite <address>')
    .description('mail somebody a link to register by, which is good once, for seven days')
    .option('--scope <scope>', 'grant a scope; may be repeated', collect)
    .option('--json', 'print JSON')
    .action(invite)
  user
    .command('list')
    .description('list users, oldest first')
    .option('--search <text>', 'only those whose name or address holds this, by what follows it')
    .option('--limit <number>', 'how many at most', positive, 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print JSON')
    .action(list)
  user.command('show <name>').description('show a user').option('--json', 'print JSON').action(show)
  user
    .command('edit <name>')
    .description('give a user other scopes or metadata; sessions go on, and take them at once')
    .option('--scope <scope>', 'a scope it has from now on; may be repeated', collect)
    .option('--no-scopes', 'take all scopes away')
    .option('--metadata <json>', 'what the user may change, in place of all there was', parseJson)
    .option('--admin-metadata <json>', 'what only admins may change, the same', parseJson)
    .option('--json', 'print JSON')
    .action(edit)
  user
    .command('set-password <name>')
    .description(
      'set a new password and end all sessions; it is asked for, or read from standard input',
    )
    .option('--json', 'print JSON')
    .action(setPassword)
  user
    .command('reset-password <name>')
    .description('mail a user a link by which they set a new password')
    .option('--json', 'print JSON')
    .action(resetPassword)
  user
    .command('disable <name>')
    .description('end all sessions and refuse sign-in')
    .option('--json', 'print JSON')
    .action((name, options) => setDisabled(name, true, options))
  user
    .command('enable <name>')
    .description('allow sign-in again')
    .option('--json', 'print JSON')
    .action((name, options) => setDisabled(name, false, options))
  user
    .command('unlock <name>')
    .description('forget failed attempts with the names of a user, who need not wait then')
    .option('--json', 'print JSON')
    .action(unlock)
  user
    .command('delete <name>')
    .description('end all sessions and forget the user; the name is never given again')
    .option('--json', 'print JSON')
    .action(remove)
  addImportCommand(user)
  addExportCommand(user)
  return user
}

interface AddOptions extends OutputOptions {
  email?: string
  emailVerified?: boolean
  scope: string[]
  admin?: boolean
  password: boolean
}

async function add(username: string, options: AddOptions, command: Command): Promise<void> {
  const scopes = options.admin ? [...options.scope, 'admin'] : options.scope
  const { email, emailVerified = false } = options
  const wanted = { username, email, emailVerified, scopes }
  if (!options.password && email === undefined && !username.includes('@')) {
    command.error('error: without a password there must be an --email for the link to choose it by')
  }
  const row = options.password ? await addWithPassword(wanted) : await enrol(wanted)
  if (options.json) printJson(fullUserRecord(row))
  else printLine(`Added ${printable(row.username)} (${row.id}).`)
}

async function addWithPassword(wanted: Enrolled): Promise<UserRow> {
  const password = await readNewPassword(`Password for ${printable(wanted.username)}`)
  return withLatchkey(({ users }) => users.add({ ...wanted, password }, cli))
}

function enrol(wanted: Enrolled): Promise<UserRow> {
  return withLatchkey(async ({ enrolment, checkMasterSecret }) => {
    await checkMasterSecret()
    return enrolment.enrol(wanted, cli)
  })
}

async function list(
  options: OutputOptions & { search?: string; limit: number; cursor?: string },
): Promise<void> {
  const { limit, search, cursor: after } = options
  const page = await withLatchkey(({ users }) => users.listFull({ limit, search, after }))
  if (options.json) {
    printJson({ items: page.rows.map(fullUserRecord), next_cursor: page.next })
    return
  }
  if (page.rows.length === 0) {
    printLine(search === undefined ? 'No users.' : 'No user has that in name or address.')
    return
  }
  printTable(['NAME', 'E-MAIL', 'SCOPES', 'CREATED', ''], page.rows.map(tableRow))
  if (page.next !== null) printLine(`\nThere are more: add --cursor ${page.next}`)
}

function tableRow(row: UserRow): string[] {
  const { username, email, scopes, created_at: createdAt, disabled } = fullUserRecord(row)
  return [username, email ?? '', scopes.join(' '), createdAt, disabled ? 'disabled' : '']
}

async function show(username: string, options: OutputOptions): Promise<void> {
  const record = fullUserRecord(await withLatchkey(({ users }) => users.get(username)))
  if (options.json) {
    printJson(record)
    return
  }
  printFields({
    id: record.id,
    name: record.username,
    'e-mail': record.email ?? 'none',
    ...(record.email !== null && { verified: yesOrNo(record.email_verified) }),
    disabled: yesOrNo(record.disabled),
    scopes: record.scopes.join(' '),
    created: record.created_at,
    ...shownUnless('{}', 'metadata', record.metadata),
    ...shownUnless('{}', 'admin metadata', record.admin_metadata),
  })
}

interface EditOptions extends OutputOptions {
  scope?: string[]
  /** False for `--no-scopes`. */
  scopes: boolean
  metadata?: unknown
  adminMetadata?: unknown
}

async function edit(username: string, options: EditOptions, command: Command): Promise<void> {
  const { scope, scopes: hasAny, metadata, adminMetadata } = options
  const edits: UserEdit = { scopes: hasAny ? scope : [], metadata, adminMetadata }
  if (scope !== undefined && !hasAny) {
    command.error('error: give the new scopes with --scope, or --no-scopes for none')
  }
  if (Object.values(edits).every((value) => value === undefined)) {
    command.error(
      'error: give what is to change: --scope or --no-scopes, --metadata, --admin-metadata',
    )
  }
  const row = await withLatchkey(async ({ users, userEdits }) =>
    userEdits.edit((await users.get(username)).id, edits, cli),
  )
  if (options.json) printJson(fullUserRecord(row))
  else printLine(`Changed ${edits.scopes ? 'the scopes of ' : ''}${printable(row.username)}.`)
}

async function setPassword(username: string, options: OutputOptions): Promise<void> {
  const password = await readNewPassword(`New password for ${printable(username)}`)
  const row = await withLatchkey(async ({ users }) => {
    await users.setPassword(username, password, cli)
    return users.get(username)
  })
  if (options.json) printJson(fullUserRecord(row))
  else printLine(`Changed the password of ${printable(row.username)} and ended their sessions.`)
}

async function resetPassword(username: string, options: OutputOptions): Promise<void> {
  const row = await withLatchkey(async ({ users, passwordResets }) => {
    const found = await users.get(username)
    await passwordResets.start(found, cli)
    return found
  })
  if (options.json) printJson(fullUserRecord(row))
  else
    printLine(
      `A mail to ${printable(row.username)} is on its way; their password stays until they use it.`,
    )
}

async function setDisabled(
  username: string,
  disabled: boolean,
  options: OutputOptions,
): Promise<void> {
  const row = await withLatchkey(async ({ users }) => {
    await users.setDisabled(username, disabled, cli)
    return users.get(username)
  })
  const name = printable(row.username)
  if (options.json) printJson(fullUserRecord(row))
  else printLine(disabled ? `Disabled ${name} and ended their sessions.` : `Enabled ${name}.`)
}

async function unlock(username: string, options: OutputOptions): Promise<void> {
  const row = await withLatchkey(async ({ users, obstacles, checkMasterSecret }) => {
    const found = await users.get(username)
    await checkMasterSecret()
    await obstacles.unlock(found, cli)
    return found
  })
  if (options.json) printJson(fullUserRecord(row))
  else printLine(`Forgot the failed attempts with the names of ${printable(row.username)}.`)
}

async function remove(username: string, options: OutputOptions): Promise<void> {
  const row = await withLatchkey(async ({ users, userEdits }) => {
    const found = await users.get(username)
    await userEdits.remove(found.id, cli)
    return found
  })
  if (options.json) printJson({ deleted: row.username })
  else printLine(`Deleted ${printable(row.username)} and ended their sessions.`)
}

/** A field of JSON, left out where it says nothing. */
function shownUnless(nothing: string, name: string, value: object): Record<string, string> {
  const text = JSON.stringify(value)
  return text === nothing ? {} : { [name]: text }
}

function yesOrNo(fact: boolean): string {
  return fact ? 'yes' : 'no'
}
