import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import type { TokenReport } from '../../core/token-inspection.js'
import { withLatchkey } from '../open.js'
import { type OutputOptions, printable, printJson, printLine } from '../output.js'

/** `latchkey token ...` */
export function tokenCommand(): Command {
  const token = new Command('token').description('look at tokens')
  token
    .command('inspect [token]')
    .description(
      'show what is in an access token and whether it is good; without an argument it is read from standard input',
    )
    .option('--json', 'print JSON')
    .action(inspect)
  return token
}

async function inspect(given: string | undefined, options: OutputOptions): Promise<void> {
  const { inspectToken } = await import('../../core/token-inspection.js')
  const token = (given ?? (await text(process.stdin))).trim()
  const report = await withLatchkey(async (latchkey) => {
    await latchkey.keys.loadPublic()
    return inspectToken(token, latchkey)
  })
  if (options.json) printJson(report)
  else printReport(report)
  if (!report.valid) process.exitCode = 1
}

function printReport({ encryption, header, claims, valid, reason }: TokenReport): void {
  printLine(valid ? 'This token is valid here.' : `This token is not valid here: ${reason}`)
  const parts = { Encryption: encryption, Header: header, Claims: claims }
  for (const [title, part] of Object.entries(parts)) {
    if (part === undefined) continue
    printLine(`\n${title}`)
    for (const [name, value] of Object.entries(part)) {
      printLine(
        `  ${printable(name).padEnd(10)} ${printable(JSON.stringify(value))}${meaning(name, value)}`,
      )
    }
  }
}

function meaning(name: string, value: unknown): string {
  const isTime = ['exp', 'iat', 'nbf', 'auth_time'].includes(name)
  if (!isTime || typeof value !== 'number' || Math.abs(value) > 8.64e12) return ''
  return `  (${new Date(value * 1000).toISOString()})`
}
