import { once } from 'node:events'
import type { Logger } from 'pino'
import type { Serving } from '../serve.js'

/** Waits for SIGINT or SIGTERM, then lets the requests under way finish. */
export async function untilToldToStop(serving: Serving, log: Logger): Promise<void> {
  const stop = new AbortController()
  const signal = await Promise.race(
    ['SIGINT', 'SIGTERM'].map(async (name) => {
      await once(process, name, { signal: stop.signal })
      return name
    }),
  )
  // A second signal ends the process at once, whatever is under way.
  stop.abort()
  log.info({ signal }, 'stopping')
  await serving.close()
}
