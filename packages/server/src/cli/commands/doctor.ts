import { Command, InvalidArgumentError } from 'commander'
import type { KeptHead } from '../../core/audit/chain.js'
import type { Finding } from '../../doctor.js'
import { type OutputOptions, printJson, printLine } from '../output.js'

/** `latchkey doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check settings, database, keys, password hashing and the audit log')
    .option(
      '--audit-head <head>',
      'the audit log must hold what an earlier look named so',
      auditHead,
    )
    .option('--json', 'print JSON')
    .action(doctor)
}

interface DoctorOptions extends OutputOptions {
  auditHead?: KeptHead
}

async function doctor(options: DoctorOptions): Promise<void> {
  const { examine } = await import('../../doctor.js')
  const findings = await examine(process.env, Date.now(), options.auditHead)
  if (options.json) printJson({ findings })
  else
    for (const { check, verdict, detail, remedy } of findings) {
      const sentence = remedy === undefined ? detail : `${detail}: ${remedy}`
      printLine(`${marks[verdict]}  ${check}: ${sentence}`)
    }
  if (findings.some(({ verdict }) => verdict === 'fails')) process.exitCode = 1
}

const marks: Readonly<Record<Finding['verdict'], string>> = {
  holds: 'ok   ',
  advises: 'hint ',
  warns: 'warn ',
  fails: 'FAIL ',
}

function auditHead(value: string): KeptHead {
  const [, number, mac] = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(value) ?? []
  if (number !== undefined && mac !== undefined) return { number: Number(number), mac }
  throw new InvalidArgumentError('It should be as `latchkey doctor` prints it: NUMBER:MAC.')
}
