import { type Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../../core/clock.js'
import type { UserSource } from '../../core/user-import/incoming.js'
import type { ImportOutcome } from '../../core/user-import/user-import.js'
import type { Onlooker } from '../../imports/examine.js'
import { readHashConfig } from '../../imports/hash-config.js'
import { type FileOptions, openUserFile } from '../../imports/open.js'
import { openPasswordsFile } from '../../imports/passwords-file.js'
import { NamesOnDisk } from '../../imports/seen-names.js'
import { PartsOnDisk } from '../../imports/sorted-parts.js'
import { type SystemName, systemNames, systemOf } from '../../imports/systems.js'
import { printOutcome, usersOf } from '../import-outcome.js'
import { withLatchkey } from '../open.js'
import type { OutputOptions } from '../output.js'
import { Progress } from '../progress.js'
import { Rejects } from '../rejects.js'
import { stopAtSignal } from '../stop-at-signal.js'

/** `latchkey user import` */
export function addImportCommand(user: Command): void {
  user
    .command('import <file>')
    .description('make users of a file: JSON lines, CSV, or what another system has exported')
    .addOption(
      new Option('--from <system>', 'whose users they are')
        .choices(systemNames)
        .default('latchkey'),
    )
    .option('--dry-run', 'change nothing, and say what would be')
    .option('--table <name>', 'of a database file, the table that holds the users')
    .option('--column <name=column>', 'say which column holds what; may be repeated', columnNames)
    .option('--passwords <file>', 'the hashes, where the system gives them apart from its users')
    .option('--hash-config <file>', 'the parameters of the hashes, where all have the same')
    .addOption(
      new Option(
        '--username <which>',
        'what they sign in with: the address, also where they have a name',
      ).choices(['email']),
    )
    .option('--emails-verified', 'count all addresses as proved, where the system does not say')
    .option('--no-metadata', 'leave behind what the system keeps of users besides')
    .option(
      '--rejects <file>',
      'write each record that is left out into this file, to be mended and imported',
    )
    .option('--restart', 'begin with the first record, although the file has been imported')
    .option('--json', 'print JSON')
    .action(importUsers)
}

interface ImportCommand extends OutputOptions {
  from: SystemName
  dryRun?: boolean
  table?: string
  column?: ReadonlyMap<string, string>
  passwords?: string
  hashConfig?: string
  username?: 'email'
  emailsVerified?: boolean
  metadata: boolean
  rejects?: string
  restart?: boolean
}

async function importUsers(path: string, options: ImportCommand): Promise<void> {
  const [progress, stopping] = [new Progress(), stopAtSignal()]
  const onlooker = {
    stopping,
    onProgress: (share: number) => progress.show('looking at the file', share),
  }
  const beside = await filesBeside(options, onlooker)
  try {
    const source = await openUserFile(path, { ...fileOptions(options), ...beside }, onlooker)
    progress.clear()
    const outcome = await run(source, path, options, progress, stopping)
    printOutcome(outcome, options)
  } finally {
    beside.passwords?.close()
  }
}

/** What a file of users needs others for. */
async function filesBeside({ from, passwords, hashConfig }: ImportCommand, onlooker: Onlooker) {
  const system = systemOf(from)
  const firebase = hashConfig === undefined ? undefined : await readHashConfig(hashConfig, system)
  return {
    firebase,
    passwords:
      passwords === undefined ? undefined : await openPasswordsFile(passwords, system, onlooker),
  }
}

function fileOptions(options: ImportCommand): FileOptions {
  const { from, table, column: columns, username, emailsVerified, metadata, rejects } = options
  const choices = { username, emailsVerified, metadata }
  return {
    ...choices,
    from,
    table,
    columns,
    now: systemClock(),
    keepsSource: rejects !== undefined,
  }
}

async function run(
  source: UserSource,
  path: string,
  { rejects: rejectsPath, dryRun = false, restart = false }: ImportCommand,
  progress: Progress,
  stopping: AbortSignal,
): Promise<ImportOutcome> {
  const rejects = new Rejects(path, rejectsPath, () => progress.clear())
  const [seen, sorter] = [new NamesOnDisk(), new PartsOnDisk()]
  try {
    const outcome = await withLatchkey(
      ({ userImport }) =>
        userImport.run(source, {
          seen,
          sorter,
          origin: { actor: 'cli' },
          isTrial: dryRun,
          fromStart: restart,
          stopping,
          onLeftOut: (record) => rejects.add(record),
          onStep: (report) =>
            progress.show(
              `${usersOf(report.imported)}, ${report.leftOut} left out`,
              source.progress(),
            ),
          onFinding: (share) => progress.show('making them findable by their names', share),
        }),
      { writesMuch: true },
    )
    progress.clear()
    rejects.close()
    return outcome
  } finally {
    seen.close()
    sorter.close()
  }
}

function columnNames(
  value: string,
  earlier: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, name, column] = /^([^=]+)=(.+)$/s.exec(value) ?? []
  if (name !== undefined && column !== undefined) return new Map([...earlier, [name, column]])
  throw new InvalidArgumentError('It should be a name and a column, such as username=login.')
}
