/** What a worker and the process that has started it say to each other. */

import cluster from 'node:cluster'
import type { Family } from '../core/measures/instruments.js'
import type { Cores } from '../core/passwords/cores.js'
import type { Primary } from '../primary.js'
import type { Leaving } from '../serve.js'

export type FromWorker =
  /** Where it listens, once it does. */
  | { listening: string }
  /** That it would compute a hash; that it has. */
  | { core: 'wanted' | 'done' }
  /** Its numbers, which it was asked for, or which are its last. */
  | { measures: Family[] }
  /** That somebody asks it for the numbers of all. */
  | { joined: 'wanted' }

export type ToWorker =
  | { leaving: Leaving }
  /** That it may compute a hash. */
  | { core: 'given' }
  | { measures: 'wanted' }
  | { joined: Family[] }

export function tellPrimary(address: string): void {
  send({ listening: address })
}

export function ourPrimary(): Primary {
  return { cores: coresOfPrimary(), measuresOfAll }
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

function measuresOfAll(own: () => Family[]): () => Promise<readonly Family[]> {
  const waiting: ((families: Family[]) => void)[] = []
  let late: NodeJS.Timeout | undefined
  const answer = (families: Family[]) => {
    clearTimeout(late)
    for (const each of waiting.splice(0)) each(families)
  }
  onMessage((message) => {
    if ('measures' in message) send({ measures: own() })
    if ('joined' in message) answer(message.joined)
  })
  return () =>
    new Promise((joined) => {
      // Who asks meanwhile gets the same answer.
      if (waiting.push(joined) > 1) return
      send({ joined: 'wanted' })
      // One of the others may be too busy to say theirs, or the primary may be gone: this one's are better than none.
      late = setTimeout(() => answer(own()), longestJoin)
      late.unref()
    })
}

/** Milliseconds: less than Prometheus waits. */
const longestJoin = 3_000

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

/** Lets the process end. @param measures its last numbers */
export function leavePrimary(measures: Family[] = []): void {
  send({ measures })
  process.disconnect?.()
}

function onMessage(hear: (message: ToWorker) => void): void {
  process.on('message', hear)
}

/** To a primary that has ended nothing can be said, and nothing needs to: this process ends too. */
function send(message: FromWorker): void {
  if (process.connected) cluster.worker?.send(message)
}
