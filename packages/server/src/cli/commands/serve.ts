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
    // It hears a signal from before it says that it is up, for whoever reads that may send one.
    const stopped = untilToldToStop(serving, log)
    log.info({ address: serving.address, issuer: settings.issuer }, 'listening')
    await stopped
  })
}
