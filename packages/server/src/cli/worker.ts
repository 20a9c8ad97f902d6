/** What a worker and the process that has started it say to each other. */

import cluster from 'node:cluster'
import type { Cores } from '../core/passwords/cores.js'
import type { Leaving } from '../serve.js'

/** Where it listens, once it does; that it would compute a hash; that it has. */
export type FromWorker = { listening: string } | { core: 'wanted' } | { core: 'done' }

/** That it may compute a hash; that it is to go. */
export type ToWorker = { core: 'given' } | { leaving: Leaving }

export function tellPrimary(address: string): void {
  send({ listening: address })
}

/** All cores of the machine, of which the primary gives one at a time. */
export function coresOfPrimary(): Cores {
  const waiting: (() => void)[] = []
  onMessage((message) => {
    if ('core' in message) waiting.shift()?.()
  })
  return {
    take: () =>
      new Promise((given) => {
        waiting.push(given)
        send({ core: 'wanted' })
      }),
    giveBack: () => send({ core: 'done' }),
  }
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
    onMessage((message) => {
      if ('leaving' in message) dismissed(message.leaving)
    })
    process.once('SIGTERM', () => dismissed({ after: drain, isReplaced: false }))
  })
}

/** Lets the process end. */
export function leavePrimary(): void {
  process.disconnect?.()
}

function onMessage(hear: (message: ToWorker) => void): void {
  process.on('message', hear)
}

/** To a primary that has ended nothing can be said, and nothing needs to: this process ends too. */
function send(message: FromWorker): void {
  if (process.connected) cluster.worker?.send(message)
}
