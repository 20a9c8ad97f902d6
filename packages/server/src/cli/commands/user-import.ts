import { type Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '../../core/clock.js'
import type { ImportReport } from '../../core/user-import/report.js'
import type { ImportOutcome } from '../../core/user-import/user-import.js'
import { losses, passedOver } from '../../imports/losses.js'
import { openUserFile } from '../../imports/open.js'
import { NamesOnDisk } from '../../imports/seen-names.js'
import { PartsOnDisk } from '../../imports/sorted-parts.js'
import { type SystemName, systemNames, titleOf } from '../../imports/systems.js'
import { withLatchkey } from '../open.js'
import { type OutputOptions, printJson, printLine, printTable } from '../output.js'
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
  username?: 'email'
  emailsVerified?: boolean
  metadata: boolean
  rejects?: string
  restart?: boolean
}

/** What was left out is a failure to whoever asked for all. */
async function importUsers(path: string, options: ImportCommand): Promise<void> {
  const { column: columns = new Map(), dryRun = false, restart = false } = options
  const [progress, stopping] = [new Progress(), stopAtSignal()]
  const source = await openUserFile(
    path,
    { ...options, columns, now: systemClock(), keepsSource: options.rejects !== undefined },
    { stopping, onProgress: (share) => progress.show('looking at the file', share) },
  )
  progress.clear()
  const rejects = new Rejects(path, options.rejects, () => progress.clear())
  const [seen, sorter] = [new NamesOnDisk(), new PartsOnDisk()]
  try {
    const outcome = await withLatchkey(({ userImport }) =>
      userImport.run(source, {
        seen,
        sorter,
        origin: { actor: 'cli' },
        isTrial: dryRun,
        fromStart: restart,
        stopping,
        onLeftOut: (record) => rejects.add(record),
        onStep: (report) =>
          progress.show(`${report.imported} users, ${report.leftOut} left out`, source.progress()),
        onFinding: (share) => progress.show('making them findable by their names', share),
      }),
    )
    progress.clear()
    rejects.close()
    tell(outcome, options)
  } finally {
    seen.close()
    sorter.close()
  }
}

function tell({ report, resumedAt, end }: ImportOutcome, options: ImportCommand): void {
  const { imported, present, leftOut, formats } = report
  if (end === 'stopped' || leftOut > 0) process.exitCode = 1
  if (options.json) {
    const { passedOver: passed_over, losses } = report
    const counts = { imported, present, left_out: leftOut, passed_over, formats, losses }
    printJson({ ...counts, resumed_at: resumedAt, end })
    return
  }
  if (end === 'had_ended') printLine('This file was imported before; --restart does it again.')
  else if (resumedAt > 0)
    printLine(`Went on behind record ${resumedAt}, where it had been stopped.`)
  printLine(`${options.dryRun ? 'Would import' : 'Imported'} ${imported} users.`)
  if (present > 0) printLine(`${present} were there already, and stay as they are.`)
  if (leftOut > 0) printLine(`${leftOut} records were left out.`)
  tellOfLosses(report, options.from)
  if (imported > 0) {
    printLine('')
    printTable(['PASSWORD HASH', 'USERS'], rowsOf(formats))
  }
  if (end === 'stopped') printLine('It was stopped: run it again to go on.')
}

/** What nobody has to mend, and somebody should know. */
function tellOfLosses(report: ImportReport, from: SystemName): void {
  for (const [name, what] of passedOver) {
    const count = report.passedOver[name] ?? 0
    if (count > 0) printLine(`${count} records were passed over: ${what}.`)
  }
  for (const [name, what] of losses) {
    const count = report.losses[name] ?? 0
    if (count > 0) printLine(`${count} users lose what they have in ${titleOf(from)}: ${what}.`)
  }
}

function rowsOf(counts: Readonly<Record<string, number>>): string[][] {
  return Object.entries(counts).map(([name, count]) => [name, String(count)])
}

function columnNames(
  value: string,
  earlier: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, name, column] = /^([^=]+)=(.+)$/s.exec(value) ?? []
  if (name !== undefined && column !== undefined) return new Map([...earlier, [name, column]])
  throw new InvalidArgumentError('It should be a name and a column, such as username=login.')
}
