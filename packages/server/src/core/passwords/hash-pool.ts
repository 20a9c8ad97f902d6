import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Refusal } from '../../errors.js'
import type { HashChoice } from './hash-choice.js'
import type { Strength } from './strength.js'

/** One hash to compute, or what else takes too long for the event loop. */
export type HashTask =
  | {
      readonly do: 'verify'
      readonly format: string
      readonly stored: string
      readonly password: string
    }
  | { readonly do: 'make'; readonly choice: HashChoice; readonly password: string }
  | { readonly do: 'estimate'; readonly password: string; readonly words: readonly string[] }

/** Of `verify`: whether it matches, or undefined for an unreadable hash. Of `make`: the hash. Of `estimate`: the strength. */
export type HashAnswer = boolean | string | Strength | undefined

/** What a hash worker sends back: the answer and the milliseconds it took, or a code that names what failed. */
export type HashReply =
  | { readonly answer: HashAnswer; readonly took: number }
  | { readonly failed: string }

export interface HashPoolOptions {
  /** Threads that hash, each one hash at a time. Default: one for each core. */
  workers?: number
  /** How many hashes may wait at most. Default: 175 for each worker. */
  queue?: number
  /** The worker's program. Default: ours, `hash-worker.js`. */
  program?: URL
}

/**
 * Computes password hashes in worker threads, off the event loop, first come, first served. What
 * comes when the queue is full is refused at once (checklist J03).
 */
export class HashPool {
  readonly #size: number
  readonly #queue: number
  readonly #program: URL
  readonly #threads = new Set<Thread>()
  readonly #idle: Thread[] = []
  readonly #waiting: Job[] = []
  #meanTime = usualHashTime
  #closed = false

  constructor({ workers = availableParallelism(), queue, program }: HashPoolOptions = {}) {
    this.#size = workers
    this.#queue = queue ?? Math.floor(longestWait / usualHashTime) * workers
    this.#program = program ?? workerFile
  }

  /**
   * @throws {Refusal} `overloaded`, with the seconds after which the present queue is done, when the
   *   queue is full; and when the worker died or failed, or the pool is closed.
   */
  run(task: HashTask): Promise<HashAnswer> {
    if (this.#closed) return Promise.reject(unavailable('the hash pool is closed'))
    if (!this.#hasRoom()) return Promise.reject(this.#full())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject })
      this.#dispatch()
    })
  }

  /** Starts the threads, which otherwise start when they are first needed. */
  warmUp(): void {
    if (this.#closed) return
    while (this.#threads.size < this.#size) this.#idle.push(this.#start())
  }

  /** Refuses what waits and what is being hashed, and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.reject(unavailable('the hash pool was closed'))
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  #hasRoom(): boolean {
    if (this.#idle.length > 0 || this.#threads.size < this.#size) return true
    return this.#waiting.length < Math.min(this.#queue, affordableQueue(this.#size, this.#meanTime))
  }

  #full(): Refusal {
    return new Refusal('overloaded', {
      message: 'Too many sign-ins at once; try again later',
      retryAfter: secondsUntilDone(this.#waiting.length + this.#size, this.#size, this.#meanTime),
    })
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#freeThread()
      if (thread === undefined) return
      const job = this.#waiting.shift()
      if (job === undefined) return
      thread.job = job
      // Only a busy worker keeps the process alive.
      thread.worker.ref()
      thread.worker.postMessage(job.task)
    }
  }

  #freeThread(): Thread | undefined {
    return this.#idle.pop() ?? (this.#threads.size < this.#size ? this.#start() : undefined)
  }

  #start(): Thread {
    // The process's own flags (an inspector, a loader, --input-type) would slow or stop a thread that hashes.
    const worker = new Worker(this.#program, { execArgv: [] })
    const thread: Thread = { worker, job: undefined }
    worker.on('message', (reply: HashReply) => this.#finish(thread, reply))
    worker.on('error', (error) => this.#lose(thread, error))
    worker.on('exit', () => this.#lose(thread, new Error('the hash worker ended')))
    // Last, because listening for messages takes a reference of its own.
    worker.unref()
    this.#threads.add(thread)
    return thread
  }

  #finish(thread: Thread, reply: HashReply): void {
    const job = thread.job
    thread.job = undefined
    thread.worker.unref()
    this.#idle.push(thread)
    // A moving mean, so that one dear hash among many does not shrink the queue.
    if ('answer' in reply) this.#meanTime += (reply.took - this.#meanTime) / 16
    this.#dispatch()
    if ('answer' in reply) job?.resolve(reply.answer)
    else job?.reject(unavailable(`the hash worker failed (${reply.failed})`))
  }

  /** An answer that never came is no answer: the caller is refused, and the next task gets a new thread. */
  #lose(thread: Thread, cause: unknown): void {
    if (!this.#threads.delete(thread)) return
    const place = this.#idle.indexOf(thread)
    if (place >= 0) this.#idle.splice(place, 1)
    thread.job?.reject(unavailable('the hash worker was lost', cause))
    if (!this.#closed) this.#dispatch()
  }
}

/** Whole seconds, one at least, in which so many hashes are done. Times in milliseconds. */
export function secondsUntilDone(hashes: number, workers: number, meanTime: number): number {
  return Math.max(1, Math.ceil((hashes * meanTime) / workers / 1000))
}

/** How many hashes may wait so that the last one is answered within two seconds; one for each worker at least. */
export function affordableQueue(workers: number, meanTime: number): number {
  return Math.max(workers, Math.floor((longestWait * workers) / meanTime))
}

interface Thread {
  readonly worker: Worker
  job: Job | undefined
}

interface Job {
  readonly task: HashTask
  readonly resolve: (answer: HashAnswer) => void
  readonly reject: (reason: Refusal) => void
}

/** Milliseconds: people wait this long for a sign-in before they try again and make it worse. */
const longestWait = 2000

/** Milliseconds of one core for argon2id with 19 MiB and two passes, until there are measurements. */
const usualHashTime = 11.4

// A worker can't be started from TypeScript source, where tests run from.
const workerFile = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../../dist/core/passwords/hash-worker.js'
    : './hash-worker.js',
  import.meta.url,
)

function unavailable(why: string, cause?: unknown): Refusal {
  return new Refusal('overloaded', {
    message: 'Passwords can not be checked right now; try again later',
    retryAfter: 1,
    cause: new Error(why, { cause }),
  })
}

/** @param processes on this machine, which together hash on as many threads as it has cores */
export function hashThreads(processes: number): number {
  return Math.max(1, Math.floor(availableParallelism() / processes))
}
