import pino from 'pino'
import type { Latchkey } from '../latchkey.js'
import { readSettings } from '../settings/read.js'

/** Opens Latchkey for the time of one command, as the settings in the environment say. */
export async function withLatchkey<T>(work: (latchkey: Latchkey) => Promise<T>): Promise<T> {
  const settings = readSettings('command', process.env)
  const { openLatchkey } = await import('../latchkey.js')
  const log = pino({ level: 'warn' }, pino.destination(2))
  const latchkey = await openLatchkey(settings, { log })
  try {
    return await work(latchkey)
  } finally {
    await latchkey.close()
  }
}
