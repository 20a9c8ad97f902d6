import { Command } from 'commander'
import type { Latchkey } from '../../latchkey.js'
import { readSettings } from '../../settings/read.js'
import { logger } from '../logger.js'
import { printLine } from '../output.js'
import { runServer } from '../run-server.js'

/** `latchkey serve` */
export function serveCommand(): Command {
  return new Command('serve').description('run the server').action(serve)
}

async function serve(): Promise<void> {
  const settings = readSettings('serve', process.env)
  const log = await logger(settings.logLevel)
  const { issuer, workers } = settings
  let firstAdminLink: string | undefined
  const beforehand = async ({ firstAdmin }: Latchkey) => {
    firstAdminLink = await firstAdmin.offer()
  }
  const announce = (address: string) => {
    log.info({ address, issuer, ...(workers > 1 && { workers }) }, 'listening')
    // A line of its own: no code that opens anything is ever logged (checklist I06, K01).
    if (firstAdminLink !== undefined) printLine(invitationOfAdmin(firstAdminLink))
  }
  await runServer({ settings, log, beforehand, announce })
}

function invitationOfAdmin(link: string): string {
  return `There are no users yet. Make the first admin within a day, by this link that works once: ${link}`
}
