/** What a worker and the process that has started it say to each other. */

import cluster from 'node:cluster'
import type { Family } from '../core/measures/instruments.js'
import type { Cores } from '../core/passwords/cores.js'
import { Refusal } from '../errors.js'
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
  const waiting: Asking[] = []
  let late: NodeJS.Timeout | undefined
  onMessage((message) => {
    if ('measures' in message) send({ measures: own() })
    if (!('joined' in message)) return
    clearTimeout(late)
    for (const { resolve } of waiting.splice(0)) resolve(message.joined)
  })
  // This process's own alone would look like sums that have fallen to them, and then risen again in no time.
  const giveUp = () => {
    for (const { reject } of waiting.splice(0)) reject(primaryIsGone())
  }
  return () =>
    new Promise((resolve, reject) => {
      // Who asks meanwhile gets the same answer.
      if (waiting.push({ resolve, reject }) > 1) return
      send({ joined: 'wanted' })
      late = setTimeout(giveUp, longestJoin)
      late.unref()
    })
}

interface Asking {
  resolve(families: Family[]): void
  reject(reason: Refusal): void
}

function primaryIsGone(): Refusal {
  return new Refusal('overloaded', { message: 'The numbers of all processes can not be had' })
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
