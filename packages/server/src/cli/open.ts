import pino from 'pino'
import type { Latchkey } from '../latchkey.js'
import { readSettings } from '../settings/read.js'
import { lineLogger } from './logger.js'

/**
 * Opens Latchkey for the time of one command, as the settings in the environment say.
 *
 * @param options `writesMuch`: as much as memory and the disk allow
 */
export async function withLatchkey<T>(
  work: (latchkey: Latchkey) => Promise<T>,
  options: { writesMuch?: boolean } = {},
): Promise<T> {
  // Whoever types a command looks at what the one before it has done.
  const settings = { ...readSettings('command', process.env), databaseReplicaUrl: undefined }
  const { openLatchkey } = await import('../latchkey.js')
  const log = lineLogger('warn', pino.destination(2))
  const latchkey = await openLatchkey(settings, { log, ...options })
  try {
    return await work(latchkey)
  } finally {
    await latchkey.close()
  }
}
