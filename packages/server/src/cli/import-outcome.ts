import type { ImportReport } from '../core/user-import/report.js'
import type { ImportOutcome } from '../core/user-import/user-import.js'
import { losses, passedOver } from '../imports/losses.js'
import { type SystemName, systemOf } from '../imports/systems.js'
import { type OutputOptions, printJson, printLine, printTable } from './output.js'

interface OutcomeOptions extends OutputOptions {
  from: SystemName
  dryRun?: boolean
}

/** What has come of an import. What was left out is a failure to whoever asked for all. */
export function printOutcome(
  { report, resumedAt, end }: ImportOutcome,
  { from, dryRun, json }: OutcomeOptions,
): void {
  const { imported, present, leftOut, formats } = report
  if (end === 'stopped' || leftOut > 0) process.exitCode = 1
  if (json) {
    const { passedOver: passed_over, losses } = report
    const counts = { imported, present, left_out: leftOut, passed_over, formats, losses }
    printJson({ ...counts, resumed_at: resumedAt, end })
    return
  }
  if (end === 'had_ended') printLine('This file was imported before; --restart does it again.')
  else if (resumedAt > 0)
    printLine(`Went on behind record ${resumedAt}, where it had been stopped.`)
  printLine(`${dryRun ? 'Would import' : 'Imported'} ${imported} users.`)
  if (present > 0) printLine(`${present} were there already, and stay as they are.`)
  if (leftOut > 0) printLine(`${leftOut} records were left out.`)
  tellOfLosses(report, from)
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
  const { title } = systemOf(from)
  for (const [name, what] of losses) {
    const count = report.losses[name] ?? 0
    if (count > 0) printLine(`${count} users lose what they have in ${title}: ${what}.`)
  }
}

function rowsOf(counts: Readonly<Record<string, number>>): string[][] {
  return Object.entries(counts).map(([name, count]) => [name, String(count)])
}
