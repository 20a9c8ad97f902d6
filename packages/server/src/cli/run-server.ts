import type { Logger } from 'pino'
import type { Latchkey } from '../latchkey.js'
import type { Leaving, ServeOptions, Serving } from '../serve.js'
import type { Settings } from '../settings/settings.js'
import { endAtFault } from './last-resort.js'
import { untilToldToStop } from './stop.js'

export interface ServerRun extends Pick<ServeOptions, 'demo'> {
  settings: Settings
  log: Logger
  /** Runs once, on an open Latchkey, before anything listens. It may not have been started. */
  beforehand?: (latchkey: Latchkey) => Promise<void>
  /** Runs when it listens. */
  announce(address: string): void
}

/** Serves until it is told to stop: alone, as the primary of several processes, or as one of those. */
export async function runServer(run: ServerRun): Promise<void> {
  if (run.settings.workers === 1) return serveAlone(run)
  const { default: cluster } = await import('node:cluster')
  return cluster.isWorker ? serveAsWorker(run) : serveByOthers(run)
}

const atOnce: Leaving = { after: 0, isReplaced: false }

async function serveAlone({ beforehand, announce, ...run }: ServerRun): Promise<void> {
  const { serve } = await import('../serve.js')
  const serving = await serve({
    ...run,
    environment: process.env,
    ...(beforehand && { beforeListening: beforehand }),
  })
  endAtFault(run.log, () => serving.close(atOnce))
  // It hears a signal from before it says that it is up, for whoever reads that may send one.
  const stopped = untilToldToStop(serving, run.log, run.settings.drain * 1000)
  announce(serving.address)
  await stopped
}

async function serveAsWorker({ settings, log, demo = false }: ServerRun): Promise<void> {
  const { leavePrimary, ourPrimary, tellPrimary, untilDismissed } = await import('./worker.js')
  const dismissed = untilDismissed(settings.drain * 1000)
  let serving: Serving | undefined
  try {
    const { serve } = await import('../serve.js')
    const opened = await serve({
      settings,
      log,
      demo,
      environment: process.env,
      primary: ourPrimary(),
    })
    serving = opened
    endAtFault(log, () => opened.close(atOnce))
    tellPrimary(opened.address)
    await opened.close(await dismissed)
  } finally {
    leavePrimary(serving?.latchkey.measures.collect())
  }
}

async function serveByOthers({ settings, log, beforehand, announce }: ServerRun): Promise<void> {
  if (beforehand !== undefined) await prepare(settings, log, beforehand)
  const { serveByWorkers } = await import('./primary.js')
  const { workers: count, drain } = settings
  await serveByWorkers({ count, log, announce, drain: drain * 1000 })
}

async function prepare(
  settings: Settings,
  log: Logger,
  work: (latchkey: Latchkey) => Promise<void>,
): Promise<void> {
  const { openLatchkey } = await import('../latchkey.js')
  const latchkey = await openLatchkey(settings, { log })
  try {
    await work(latchkey)
  } finally {
    await latchkey.close()
  }
}
