import { Command } from 'commander'
import { readSettings } from '../../settings/read.js'
import { logger } from '../logger.js'
import { untilToldToStop } from '../stop.js'

/** `latchkey serve` */
export function serveCommand(): Command {
  return new Command('serve').description('run the server').action(async () => {
    const settings = readSettings('serve', process.env)
    const { serve } = await import('../../serve.js')
    const log = await logger(settings.logLevel)
    const serving = await serve({ settings, log })
    log.info({ address: serving.address, issuer: settings.issuer }, 'listening')
    await untilToldToStop(serving, log)
  })
}
