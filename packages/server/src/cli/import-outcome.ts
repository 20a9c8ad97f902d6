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
  printLine(`${dryRun ? 'Would import' : 'Imported'} ${usersOf(imported)}.`)
  if (present === 1) printLine('1 was there already, and stays as it is.')
  if (present > 1) printLine(`${present} were there already, and stay as they are.`)
  if (leftOut === 1) printLine('1 record was left out.')
  if (leftOut > 1) printLine(`${leftOut} records were left out.`)
  printCounts('PASSWORD HASH', 'USERS', Object.entries(formats))
  const { title } = systemOf(from)
  printCounts(`LOST FROM ${title.toUpperCase()}`, 'USERS', named(losses, report.losses))
  printCounts('PASSED OVER', 'RECORDS', named(passedOver, report.passedOver))
  if (end === 'stopped') printLine('It was stopped: run it again to go on.')
}

/** For people. */
export function usersOf(count: number): string {
  return count === 1 ? '1 user' : `${count} users`
}

type Counts = readonly (readonly [what: string, count: number])[]

/** Counts by what people call what was counted. */
function named(
  names: readonly (readonly [name: string, what: string])[],
  counts: Readonly<Record<string, number>>,
): Counts {
  return names.map(([name, what]) => [what, counts[name] ?? 0])
}

function printCounts(heading: string, unit: string, counts: Counts): void {
  const rows = counts.filter(([, count]) => count > 0).map(([what, count]) => [what, String(count)])
  if (rows.length === 0) return
  printLine('')
  printTable([heading, unit], rows)
}
