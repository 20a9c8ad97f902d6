import type { Command } from 'commander'
import { commandLine } from '../../packages/server/src/cli/main.js'
import type { ShellCommand } from './shell.js'

/** What is run: `latchkey` for `npx latchkey` and `/usr/bin/npx latchkey` too. */
export function programOf({ words }: ShellCommand): string {
  const [first = '', second = ''] = words
  const name = first.replace(/^.*\//, '')
  return name === 'npx' ? second : name
}

/** Reads `latchkey ...` as it would itself, and runs nothing. @throws CommanderError for wrong usage */
export async function parseLatchkey({ words }: ShellCommand): Promise<void> {
  const program = commandLine()
  disarm(program)
  await program.parseAsync(words.slice(words.indexOf('latchkey') + 1), { from: 'user' })
}

function disarm(command: Command): void {
  command.configureOutput({ writeErr: () => {} })
  if (command.commands.length === 0) command.action(() => {})
  for (const child of command.commands) disarm(child)
}
