/** What a worker and the process that has started it say to each other. */

import cluster from 'node:cluster'
import type { Leaving } from '../serve.js'

/** Where it listens, once it does. */
export interface FromWorker {
  listening: string
}

export function tellPrimary(address: string): void {
  const message: FromWorker = { listening: address }
  cluster.worker?.send(message)
}

/**
 * Comes when this worker is to stop: told by the primary, or by a signal. A terminal's signals reach
 * it too, and are for the primary to understand.
 *
 * @param drain milliseconds for which it goes on serving where it is told by a signal
 */
export function untilDismissed(drain: number): Promise<Leaving> {
  process.on('SIGINT', () => {}).on('SIGHUP', () => {})
  return new Promise((dismissed) => {
    process.once('message', dismissed)
    process.once('SIGTERM', () => dismissed({ after: drain, isReplaced: false }))
  })
}

/** Lets the process end. */
export function leavePrimary(): void {
  process.disconnect?.()
}
