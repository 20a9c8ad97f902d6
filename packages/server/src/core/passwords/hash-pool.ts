import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Refusal } from '../../errors.js'
import type { Family } from '../measures/instruments.js'
import type { Cores } from './cores.js'
import type { HashChoice } from './hash-choice.js'
import { HashLine, type TurnedAway } from './hash-line.js'
import { HashMeasures } from './hash-measures.js'
import type { Strength } from './strength.js'
import { ownTurn, type Turn } from './turn.js'

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
  /** How many hashes may wait at most. Default: as many as can be done in time. */
  queue?: number
  /** The worker's program. Default: ours, `hash-worker.js`. */
  program?: URL
  /** Where other processes hash on this machine too: who says when one may. */
  cores?: Cores | undefined
  /** Milliseconds, of a clock that never goes back. */
  now?: () => number
}

/**
 * Computes password hashes in worker threads, off the event loop, in fair turns. What comes when the
 * line is full is refused at once (checklist J03).
 */
export class HashPool {
  readonly measures = new HashMeasures()
  readonly #size: number
  readonly #program: URL
  readonly #threads = new Set<Thread>()
  readonly #idle: Thread[] = []
  readonly #line: HashLine<Job>
  readonly #cores: Cores | undefined
  readonly #now: () => number
  /** Cores that were asked for, and those that were given and not used yet. */
  #wanted = 0
  #given = 0
  #watching: NodeJS.Timeout | undefined
  #closed = false

  constructor({
    workers = availableParallelism(),
    queue: longest = Number.POSITIVE_INFINITY,
    program = workerFile,
    cores,
    now = () => performance.now(),
  }: HashPoolOptions = {}) {
    this.#size = workers
    this.#program = program
    this.#cores = cores
    this.#now = now
    this.#line = new HashLine({ workers, longest, now })
  }

  /** How many hashes wait. */
  get waiting(): number {
    return this.#line.length
  }

  /** Whether whoever comes now is sent away, unless their turn comes before others'. */
  get isFull(): boolean {
    return this.#line.isFull
  }

  /** What there is to say of it when somebody asks. */
  families(): Family[] {
    const { length: waiting, turnedAway } = this.#line
    const computing = [...this.#threads].filter(({ job }) => job !== undefined).length
    return this.measures.families({ waiting, computing, turnedAway })
  }

  /** How many callers were sent away without a hash, and why. */
  get turnedAway(): Readonly<Record<TurnedAway, number>> {
    return this.#line.turnedAway
  }

  /**
   * @param memory KiB that it takes
   * @param turn whose it is
   * @param onBegun runs when its turn has come
   * @throws {Refusal} `overloaded`, with the seconds after which there is room again, when the line is
   *   full or it has waited too long; and when the worker died or failed, or the pool is closed.
   *   `caller_gone`, when the caller hung up before its turn.
   */
  run(task: HashTask, memory = 0, turn = ownTurn, onBegun = () => {}): Promise<HashAnswer> {
    if (this.#closed) return Promise.reject(unavailable('the hash pool is closed'))
    return new Promise((resolve, reject) => {
      const job = { task, memory, since: this.#now(), onBegun, resolve, reject }
      this.#line.enter(job, turn, this.#free > 0)
      this.#dispatch()
      this.measures.queued(this.waiting)
      this.#watchLine()
    })
  }

  /**
   * Does what leads to a hash and its answer, unless too many are at that already.
   *
   * @throws {Refusal} as `run` does, before anything is done
   */
  async admit<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result> {
    const leave = this.#line.admit(turn)
    return work().finally(leave)
  }

  /** Starts the threads, which otherwise start when they are first needed. */
  warmUp(): void {
    if (this.#closed) return
    while (this.#threads.size < this.#size) this.#idle.push(this.#start())
  }

  /** Refuses what waits and what is being hashed, and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stopWatching()
    this.#line.close(unavailable('the hash pool was closed'))
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  /** Where the threads have no processor, no hash that ends says that others have waited too long. */
  #watchLine(): void {
    if (this.#watching !== undefined || this.waiting === 0) return
    this.#watching = setInterval(() => {
      this.#line.sendLateAway()
      if (this.waiting === 0) this.#stopWatching()
    }, lookEvery)
    this.#watching.unref()
  }

  #stopWatching(): void {
    clearInterval(this.#watching)
    this.#watching = undefined
  }

  #dispatch(): void {
    this.#line.sendLateAway()
    for (let job = this.#line.first(); job !== undefined; job = this.#line.first()) {
      if (this.#free === 0 || !this.#hasMemoryFor(job) || !this.#hasCore()) break
      this.measures.waits.observe({}, this.#line.take() / 1000)
      this.#begin(this.#freeThread(), job)
    }
    // Nobody needs them now, or whoever is next has no memory: another process may.
    for (; this.#given > 0; this.#given--) this.#cores?.giveBack()
  }

  #begin(thread: Thread, job: Job): void {
    thread.job = job
    job.onBegun()
    // Only a busy worker keeps the process alive.
    thread.worker.ref()
    thread.worker.postMessage(job.task)
  }

  /** Whether one more hash may be computed on this machine; if not yet, it is asked for. */
  #hasCore(): boolean {
    if (this.#cores === undefined) return true
    if (this.#given > 0) {
      this.#given -= 1
      return true
    }
    const useful = Math.min(this.#free, this.#line.length)
    for (; this.#wanted < useful; this.#wanted++) {
      void this.#cores.take().then(() => {
        this.#wanted -= 1
        this.#given += 1
        this.#dispatch()
      })
    }
    return false
  }

  /** A hash that takes more than there is for all is computed alone. Nobody overtakes it while it waits for that. */
  #hasMemoryFor({ memory }: Job): boolean {
    const taken = [...this.#threads].reduce((sum, { job }) => sum + (job?.memory ?? 0), 0)
    return taken === 0 || taken + memory <= this.#size * memoryForEach
  }

  /** How many threads have nothing to do, or could be started. */
  get #free(): number {
    return this.#idle.length + this.#size - this.#threads.size
  }

  #freeThread(): Thread {
    return this.#idle.pop() ?? this.#start()
  }

  #start(): Thread {
    // The process's own flags (an inspector, a loader, --input-type) would slow or stop a thread that hashes.
    const worker = new Worker(this.#program, { execArgv: [] })
    const thread: Thread = { worker, job: undefined, freeSince: 0 }
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
    if ('answer' in reply) this.#count(thread, job, reply.took)
    else this.measures.failures.add({})
    this.#cores?.giveBack()
    this.#dispatch()
    if ('answer' in reply) job?.resolve(reply.answer)
    else job?.reject(unavailable(`the hash worker failed (${reply.failed})`))
  }

  #count(thread: Thread, job: Job | undefined, took: number): void {
    const now = this.#now()
    this.measures.hashes.observe({}, took / 1000)
    // The wait for a core included: that is as quick as hashes are done here.
    this.#line.learn(now - Math.max(thread.freeSince, job?.since ?? 0))
    thread.freeSince = now
  }

  /** An answer that never came is no answer: the caller is refused, and the next task gets a new thread. */
  #lose(thread: Thread, cause: unknown): void {
    if (!this.#threads.delete(thread)) return
    const place = this.#idle.indexOf(thread)
    if (place >= 0) this.#idle.splice(place, 1)
    if (thread.job !== undefined) {
      this.measures.failures.add({})
      this.#cores?.giveBack()
    }
    thread.job?.reject(unavailable('the hash worker was lost', cause))
    if (!this.#closed) this.#dispatch()
  }
}

interface Thread {
  readonly worker: Worker
  job: Job | undefined
  /** When its last hash was done. */
  freeSince: number
}

interface Job {
  readonly task: HashTask
  readonly memory: number
  readonly since: number
  readonly onBegun: () => void
  readonly resolve: (answer: HashAnswer) => void
  readonly reject: (reason: Refusal) => void
}

/** Milliseconds. */
const lookEvery = 250

/** KiB for each worker: what a hash may be set to take. Imported ones may take four times that. */
const memoryForEach = 262_144

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

/** How many threads each of so many processes on this machine has. Together they may be more than there are cores. */
export function hashThreads(processes: number): number {
  return Math.ceil(availableParallelism() / processes)
}
