import { Command } from 'commander'
import type { Finding } from '../../doctor.js'
import { type OutputOptions, printJson, printLine } from '../output.js'

/** `latchkey doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check settings, database, keys and password hashing')
    .option('--json', 'print JSON')
    .action(doctor)
}

async function doctor(options: OutputOptions): Promise<void> {
  const { examine } = await import('../../doctor.js')
  const findings = await examine(process.env)
  if (options.json) printJson({ findings })
  else
    for (const { check, verdict, detail } of findings)
      printLine(`${marks[verdict]}  ${check}: ${detail}`)
  if (findings.some(({ verdict }) => verdict === 'fails')) process.exitCode = 1
}

const marks: Readonly<Record<Finding['verdict'], string>> = {
  holds: 'ok   ',
  warns: 'warn ',
  fails: 'FAIL ',
}
