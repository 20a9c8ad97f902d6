import { once } from 'node:events'
import type { Logger } from 'pino'
import type { Serving } from '../serve.js'

/**
 * Waits for SIGINT or SIGTERM, then lets the requests under way finish.
 *
 * @param drain milliseconds for which it goes on serving after SIGTERM, which says that others take over
 */
export async function untilToldToStop(serving: Serving, log: Logger, drain: number): Promise<void> {
  const signal = await untilSignalled()
  log.info({ signal }, 'stopping')
  await serving.close({ after: signal === 'SIGTERM' ? drain : 0, isReplaced: false })
}

/** @param over ends the waiting, which then rejects */
export async function untilSignalled(over = new AbortController()): Promise<string> {
  const signal = await Promise.race(
    ['SIGINT', 'SIGTERM'].map(async (name) => {
      await once(process, name, { signal: over.signal })
      return name
    }),
  )
  // A second signal ends the process at once, whatever is under way.
  over.abort()
  return signal
}
