import { Command } from 'commander'
import { readSettings } from '../../settings/read.js'
import { logger } from '../logger.js'
import { runServer } from '../run-server.js'

/** `latchkey serve` */
export function serveCommand(): Command {
  return new Command('serve').description('run the server').action(async () => {
    const settings = readSettings('serve', process.env)
    const log = await logger(settings.logLevel)
    const { issuer, workers } = settings
    const announce = (address: string) => {
      log.info({ address, issuer, ...(workers > 1 && { workers }) }, 'listening')
    }
    await runServer({ settings, log, announce })
  })
}
