import { Command, CommanderError } from 'commander'
import { explain } from '../explain.js'
import { version } from '../version.js'
import { auditCommand } from './commands/audit.js'
import { clientCommand } from './commands/client.js'
import { demoCommand } from './commands/demo.js'
import { doctorCommand } from './commands/doctor.js'
import { invitationCommand } from './commands/invitation.js'
import { keyCommand } from './commands/key.js'
import { mailCommand } from './commands/mail.js'
import { migrateCommand } from './commands/migrate.js'
import { serveCommand } from './commands/serve.js'
import { sessionCommand } from './commands/session.js'
import { tokenCommand } from './commands/token.js'
import { userCommand } from './commands/user.js'
import { complain, letReadersLeave } from './output.js'

// Each loads what it needs when it runs: all at once would take most of the time of most commands.
const commands = [
  serveCommand,
  demoCommand,
  userCommand,
  invitationCommand,
  clientCommand,
  sessionCommand,
  keyCommand,
  mailCommand,
  tokenCommand,
  auditCommand,
  migrateCommand,
  doctorCommand,
]

/**
 * Runs `latchkey ...`. A command that ran and found fault (`doctor`, `token inspect`) says so by
 * `process.exitCode`.
 *
 * @param argv what follows the program's name
 * @returns the exit status: 0 done, 1 failed, 2 wrong usage
 */
export async function main(argv: readonly string[]): Promise<number> {
  letReadersLeave()
  try {
    await commandLine().parseAsync(argv, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    complain(explain(error))
    return 1
  }
}

/** All commands, made anew: Commander keeps in them what it has parsed. */
export function commandLine(): Command {
  const program = new Command('latchkey')
    .description('Logs your own users in to your own API')
    .version(version)
    .exitOverride()
    .configureOutput({ writeErr: complain })
    .showHelpAfterError()
  for (const command of commands) program.addCommand(inherit(command(), program))
  return program
}

/** Commander passes its settings on to commands that it makes itself, but not to those it is given. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inherit(child, command)
  return command
}
