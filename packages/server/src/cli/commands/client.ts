import { Command, InvalidArgumentError, Option } from 'commander'
import {
  type ClientTerms,
  clientRecord,
  type GrantType,
  grantTypes,
} from '../../core/client-registry.js'
import { duration } from '../../settings/values.js'
import { collect, positive } from '../arguments.js'
import { withLatchkey } from '../open.js'
import { type OutputOptions, printFields, printJson, printLine, printTable } from '../output.js'

const cli = { actor: 'cli' }

/** `latchkey client ...` */
export function clientCommand(): Command {
  const client = new Command('client').description('manage the clients that may ask for tokens')
  withTerms(client.command('add <id>'))
    .description('register a client; its secret is printed this once')
    .option('--public', 'it can keep no secret: an app on a phone or in a browser')
    .action(add)
  client
    .command('list')
    .description('list clients, oldest first')
    .option('--limit <number>', 'how many at most', positive, 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print JSON')
    .action(list)
  client
    .command('show <id>')
    .description('show a client')
    .option('--json', 'print JSON')
    .action(show)
  withTerms(client.command('edit <id>')).description('change what a client may do').action(edit)
  client
    .command('add-secret <id>')
    .description('make a new secret; older ones stay good for the overlap')
    .option('--overlap <duration>', 'for how long', lengthOfTime('0s', '365d'), 86_400)
    .option('--json', 'print JSON')
    .action(addSecret)
  client
    .command('disable <id>')
    .description('refuse its tokens and give it none')
    .option('--json', 'print JSON')
    .action((id, options) => setDisabled(id, true, options))
  client
    .command('enable <id>')
    .description('allow it again')
    .option('--json', 'print JSON')
    .action((id, options) => setDisabled(id, false, options))
  client
    .command('delete <id>')
    .description('remove a client; its tokens are refused, its id is never given again')
    .option('--json', 'print JSON')
    .action(remove)
  return client
}

interface TermOptions extends OutputOptions {
  name?: string
  grant?: GrantType[]
  scope?: string[]
  accessTokenTtl?: number
  refreshIdleTtl?: number
  sessionTtl?: number
}

function withTerms(command: Command): Command {
  return command
    .option('--name <name>', 'a name for people')
    .addOption(
      new Option('--grant <grant>', 'a grant it may use; may be repeated')
        .choices(grantTypes)
        .argParser(collectGrant),
    )
    .option('--scope <scope>', 'a scope it may have; may be repeated', collect)
    .option('--access-token-ttl <duration>', 'life of its access tokens', lengthOfTime('1s', '1d'))
    .option(
      '--refresh-idle-ttl <duration>',
      'life of a session unused',
      lengthOfTime('1m', '3650d'),
    )
    .option('--session-ttl <duration>', 'life of a session at most', lengthOfTime('1m', '3650d'))
    .option('--json', 'print JSON')
}

async function add(id: string, options: TermOptions & { public?: boolean }): Promise<void> {
  const { client, secret } = await withLatchkey(({ clientRegistry }) =>
    clientRegistry.add(id, !options.public, termsOf(options), cli),
  )
  if (options.json) {
    printJson({ ...clientRecord(client), ...(secret !== undefined && { client_secret: secret }) })
    return
  }
  printLine(`Added the client ${id}.`)
  if (secret !== undefined) printLine(`Its secret, shown this once: ${secret}`)
}

async function list(options: OutputOptions & { limit: number; cursor?: string }): Promise<void> {
  const { limit, cursor } = options
  const page = await withLatchkey(({ clientRegistry }) =>
    clientRegistry.list({ limit, ...(cursor && { after: cursor }) }),
  )
  const records = page.rows.map(clientRecord)
  if (options.json) {
    printJson({ items: records, next_cursor: page.next })
    return
  }
  if (records.length === 0) {
    printLine('No clients but the built-in one.')
    return
  }
  printTable(
    ['CLIENT', 'NAME', 'KIND', 'GRANTS', 'SCOPES', ''],
    records.map((record) => [
      record.id,
      record.name,
      kindOf(record),
      record.grants.join(' '),
      record.scopes.join(' '),
      record.disabled ? 'disabled' : '',
    ]),
  )
  if (page.next !== null) printLine(`\nThere are more: add --cursor ${page.next}`)
}

async function show(id: string, options: OutputOptions): Promise<void> {
  const record = clientRecord(await withLatchkey(({ clientRegistry }) => clientRegistry.get(id)))
  if (options.json) {
    printJson(record)
    return
  }
  const usual = 'as the settings say'
  printFields({
    id: record.id,
    name: record.name,
    kind: kindOf(record),
    disabled: record.disabled ? 'yes' : 'no',
    grants: record.grants.join(' '),
    scopes: record.scopes.join(' '),
    'access token': secondsOr(record.access_token_ttl, usual),
    'session unused': secondsOr(record.refresh_idle_ttl, usual),
    'session at most': secondsOr(record.session_ttl, usual),
    created: record.created_at,
  })
}

async function edit(id: string, options: TermOptions): Promise<void> {
  const row = await withLatchkey(({ clientRegistry }) =>
    clientRegistry.edit(id, termsOf(options), cli),
  )
  if (options.json) printJson(clientRecord(row))
  else printLine(`Changed the client ${id}.`)
}

async function addSecret(id: string, options: OutputOptions & { overlap: number }): Promise<void> {
  const secret = await withLatchkey(({ clientRegistry }) =>
    clientRegistry.addSecret(id, options.overlap, cli),
  )
  if (options.json) printJson({ client_secret: secret })
  else printLine(`The new secret of ${id}, shown this once: ${secret}`)
}

async function setDisabled(id: string, disabled: boolean, options: OutputOptions): Promise<void> {
  const row = await withLatchkey(({ clientRegistry }) => clientRegistry.edit(id, { disabled }, cli))
  if (options.json) printJson(clientRecord(row))
  else printLine(disabled ? `Disabled the client ${id}.` : `Enabled the client ${id}.`)
}

async function remove(id: string, options: OutputOptions): Promise<void> {
  await withLatchkey(({ clientRegistry }) => clientRegistry.remove(id, cli))
  if (options.json) printJson({ deleted: id })
  else printLine(`Deleted the client ${id}.`)
}

function termsOf(options: TermOptions): ClientTerms {
  const { name, grant, scope, accessTokenTtl, refreshIdleTtl, sessionTtl } = options
  return { name, grants: grant, scopes: scope, accessTokenTtl, refreshIdleTtl, sessionTtl }
}

function collectGrant(value: string, earlier: GrantType[] = []): GrantType[] {
  const grant = grantTypes.find((known) => known === value)
  if (grant !== undefined) return [...earlier, grant]
  throw new InvalidArgumentError(`It should be one of ${grantTypes.join(', ')}.`)
}

function lengthOfTime(least: string, most: string): (given: string) => number {
  return (given) => {
    const length = duration(least, most).parse(given)
    if (typeof length === 'number') return length
    throw new InvalidArgumentError(`It ${length.text}.`)
  }
}

function kindOf({ confidential }: { confidential: boolean }): string {
  return confidential ? 'confidential' : 'public'
}

function secondsOr(seconds: number | null, otherwise: string): string {
  return seconds === null ? otherwise : `${seconds} s`
}
