/**
 * Several processes on one port: this one serves nothing and has workers serve, each of which is
 * the same command once more.
 */

import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { CoreTurns } from '../core/passwords/cores.js'
import type { Leaving } from '../serve.js'
import { endAtFault } from './last-resort.js'
import { MeasuresOfWorkers } from './measures-of-workers.js'
import { untilSignalled } from './stop.js'
import type { FromWorker, ToWorker } from './worker.js'

export interface PrimaryOptions {
  /** How many workers there are. */
  count: number
  /** Milliseconds for which workers that are told to stop go on serving. */
  drain: number
  /** Runs when all listen. */
  announce(address: string): void
  log: Logger
}

/**
 * Serves until SIGTERM or SIGINT: a worker that ends is replaced, and at SIGHUP one after the other
 * is, such that no caller notices. A second signal ends everything at once.
 */
export async function serveByWorkers(options: PrimaryOptions): Promise<void> {
  const { log, count, announce, drain } = options
  // All take connections from one queue of the kernel's. When this process hands them out instead,
  // those on their way to a worker that dies are never answered and never closed.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  const workers = new Workers(count, log)
  // Workers whose primary is gone end where they stand.
  endAtFault(log, () => workers.stop(0))
  const over = new AbortController()
  const told = untilSignalled(over)
  // On a terminal it means what it always has: the terminal is gone.
  if (!process.stdin.isTTY) process.on('SIGHUP', () => workers.replaceAll())
  const address = await workers.start()
  if (address === undefined) {
    // It has said why.
    process.exitCode = 1
    over.abort()
    return void told.catch(() => {})
  }
  announce(address)
  const signal = await told
  log.info({ signal }, 'stopping')
  await workers.stop(signal === 'SIGTERM' ? drain : 0)
}

/** Milliseconds for which a worker that is replaced asks its callers to come back to another. */
const handOver = 2_000
/** Milliseconds after which a worker that does not end by itself is ended. */
const patience = 30_000
const longestPause = 30_000
/** Milliseconds after which the end of a worker has nothing to do with its start. */
const goodLife = 10_000

class Workers {
  readonly #cores = coresForWorkers()
  readonly #measures = new MeasuresOfWorkers<Worker>(
    (worker) => tell(worker, { measures: 'wanted' }),
    (worker, joined) => tell(worker, { joined }),
    (run) => void setTimeout(run, longestJoin).unref(),
  )
  readonly #count: number
  readonly #log: Logger
  readonly #serving = new Set<Worker>()
  /** How many have been started in a row in the place of one that served for a moment, or not at all. */
  #failures = 0
  #stopping = false
  #replacing: Promise<void> | undefined
  #replaceAgain = false

  constructor(count: number, log: Logger) {
    this.#count = count
    this.#log = log
  }

  /**
   * The first alone, which brings the database up to date and finds out what is wrong.
   *
   * @returns where they listen; undefined where the first could not
   */
  async start(): Promise<string | undefined> {
    const address = await this.#add()
    if (address === undefined) return undefined
    await Promise.all(Array.from({ length: this.#count - 1 }, () => this.#addUntilUp()))
    this.#failures = 0
    return address
  }

  /** Once more after the present time, if it is asked for meanwhile. */
  replaceAll(): void {
    this.#replaceAgain = true
    this.#replacing ??= this.#replaceWhileAsked().finally(() => {
      this.#replacing = undefined
    })
  }

  /** @param drain milliseconds for which they go on serving */
  async stop(drain: number): Promise<void> {
    this.#stopping = true
    const leaving = { after: drain, isReplaced: false }
    await Promise.all([...this.#serving].map((worker) => dismiss(worker, leaving)))
    await this.#replacing
  }

  async #replaceWhileAsked(): Promise<void> {
    while (this.#replaceAgain && !this.#stopping) {
      this.#replaceAgain = false
      this.#log.info('replacing the workers')
      if (await this.#replaceEach()) this.#log.info('replaced the workers')
    }
  }

  async #replaceEach(): Promise<boolean> {
    for (const old of [...this.#serving]) {
      if (this.#stopping) return false
      if ((await this.#add()) === undefined) {
        this.#log.error('a new worker could not serve: those that do stay')
        return false
      }
      this.#serving.delete(old)
      await dismiss(old, { after: handOver, isReplaced: true })
    }
    return true
  }

  /** @returns where it listens; undefined where it ended instead */
  async #add(): Promise<string | undefined> {
    const worker = cluster.fork()
    shareCores(worker, this.#cores)
    joinMeasures(worker, this.#measures)
    const address = await untilUp(worker)
    if (address === undefined) return undefined
    this.#serving.add(worker)
    const began = performance.now()
    worker.once('exit', (status, signal) => {
      if (performance.now() - began > goodLife) this.#failures = 0
      this.#ended(worker, status, signal)
    })
    if (this.#stopping) await dismiss(worker, { after: 0, isReplaced: false })
    return address
  }

  async #addUntilUp(): Promise<void> {
    do {
      const wait = this.#failures === 0 ? 0 : Math.min(longestPause, 100 * 2 ** this.#failures)
      this.#failures++
      await pause(wait, undefined, { ref: false })
    } while (!this.#stopping && (await this.#add()) === undefined)
  }

  /** What has not been dismissed is missed. */
  #ended(worker: Worker, status: number | null, signal: string | null): void {
    if (!this.#serving.delete(worker) || this.#stopping) return
    const pid = worker.process.pid
    this.#log.error({ worker: pid, status, signal }, 'a worker has ended: another takes its place')
    void this.#addUntilUp()
  }
}

function untilUp(worker: Worker): Promise<string | undefined> {
  return new Promise((resolve) => {
    worker.on('message', (message: FromWorker) => {
      if ('listening' in message) resolve(message.listening)
    })
    worker.once('exit', () => resolve(undefined))
    // Each time: what nobody hears would end all.
    worker.on('error', () => resolve(undefined))
  })
}

/** All workers together compute as many hashes at a time as there are cores. */
export function shareCores(worker: Worker, cores: CoreTurns<Worker>): void {
  worker.on('message', (message: FromWorker) => {
    if (!('core' in message)) return
    if (message.core === 'wanted') cores.want(worker)
    else cores.giveBack(worker)
  })
  worker.once('exit', () => cores.forget(worker))
}

function joinMeasures(worker: Worker, measures: MeasuresOfWorkers<Worker>): void {
  worker.on('message', (message: FromWorker) => {
    if ('listening' in message) measures.welcome(worker)
    if ('measures' in message) measures.heard(worker, message.measures)
    if ('joined' in message) measures.want(worker)
  })
  worker.once('exit', () => measures.forget(worker))
}

export function coresForWorkers(count = availableParallelism()): CoreTurns<Worker> {
  return new CoreTurns(count, (worker) => tell(worker, { core: 'given' }))
}

/** One that can't be told any more is ending already. */
function tell(worker: Worker, message: ToWorker): void {
  worker.send(message, () => {})
}

async function dismiss(worker: Worker, leaving: Leaving): Promise<void> {
  if (worker.isDead()) return
  const exited = once(worker, 'exit')
  tell(worker, { leaving })
  const late = setTimeout(() => worker.process.kill('SIGKILL'), leaving.after + patience)
  await exited
  clearTimeout(late)
}

/** Milliseconds: less than a worker waits, and Prometheus. */
const longestJoin = 2_000
