import { Command } from 'commander'
import { readSettings } from '../../settings/read.js'
import { type OutputOptions, printJson, printLine } from '../output.js'

/** `latchkey migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database up to this version; `serve` does the same when it starts')
    .option('--json', 'print JSON')
    .action(migrate)
}

async function migrate(options: OutputOptions): Promise<void> {
  const settings = readSettings('command', process.env)
  const { migrateStore } = await import('../../migrate.js')
  const { applied, newer } = await migrateStore(settings)
  if (options.json) printJson({ applied, newer })
  else if (newer.length > 0)
    printLine(`The database is newer than this version, and fits it (${newer.join(', ')}).`)
  else if (applied.length === 0) printLine('The database is up to date.')
  else printLine(`Applied: ${applied.join(', ')}`)
}
