import type { Logger } from 'pino'

/**
 * For what nothing has caught. Nobody knows in which state the process is then, so it finishes the requests
 * under way and ends with status 1, for whoever started it to start another (checklist K05). A second
 * fault ends it at once.
 */
export function endAtFault(log: Logger, finish: () => Promise<void>): void {
  let isEnding = false
  const end = async (error: unknown) => {
    log.fatal({ err: error }, 'a fault that nobody expected: this process ends')
    if (isEnding) process.exit(1)
    isEnding = true
    await finish().catch(() => {})
    process.exit(1)
  }
  process.on('uncaughtException', end).on('unhandledRejection', end)
}
