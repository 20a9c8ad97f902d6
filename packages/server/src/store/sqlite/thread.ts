/** The writer thread as the main thread sees it: orders go in, promises come out. */

import { Worker } from 'node:worker_threads'
import { Refusal } from '../../errors.js'
import type { Place, Pragmas } from './connection.js'
import type { Answer, Order, Report, WireStatement } from './writer.js'

export class WriterThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #gone: Promise<void>
  /** Orders that wait for the answers to those before them, and then travel as one message. */
  #outgoing: Order[] = []
  #state: 'idle' | 'at work' | 'gathering' = 'idle'
  /** Answers that have arrived, and are told a few in each turn. */
  #arrived: Answer[] = []
  #lastId = 0
  /** Why there is no more writing; undefined while there is. */
  #stopped: Refusal | undefined

  /** Resolves when the thread's connection is open. */
  static async start(place: Place, program = PROGRAM): Promise<WriterThread> {
    const worker = new Worker(program, { workerData: place, execArgv: [] })
    await opened(worker, place)
    return new WriterThread(worker)
  }

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.unref()
    worker.on('message', (report: Report) => {
      if (report.kind === 'answers') this.#take(report.answers)
    })
    worker.on('error', (error) => this.#stop(unavailable('The writer thread has died.', error)))
    this.#gone = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#stop(unavailable('The writer thread has ended.'))
        resolve()
      })
    })
  }

  /** Units that were handed over and not answered yet. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Throws a Refusal where nothing can be written any more. */
  assertRunning(): void {
    if (this.#stopped) throw this.#stopped
  }

  write(unit: readonly WireStatement[]): Promise<Answer> {
    return this.#order({ id: ++this.#lastId, unit })
  }

  async pragmas(): Promise<Pragmas> {
    const answer = await this.#order({ id: ++this.#lastId })
    if (answer.kind !== 'pragmas') throw unavailable('The writer thread can not be examined.')
    return answer.pragmas
  }

  /** Finishes what is waiting, then ends the thread. */
  async close(): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = unavailable('The store is closed.')
      this.#worker.ref()
      this.#sendOutgoing()
      this.#worker.postMessage('close')
    }
    await this.#gone
  }

  #order(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.assertRunning()
      this.#waiting.set(order.id, { resolve, reject })
      this.#outgoing.push(order)
      // A process may end with an idle writer, but not while an answer is due.
      if (this.#waiting.size === 1) this.#worker.ref()
      // A thread with nothing to do begins at once. While it is at work, a message for each order would
      // cost both threads a quarter of their time.
      if (this.#state === 'idle') this.#sendOutgoing()
    })
  }

  #sendOutgoing(): void {
    const orders = this.#outgoing
    this.#outgoing = []
    this.#state = orders.length === 0 ? 'idle' : 'at work'
    if (orders.length === 0) return
    try {
      this.#worker.postMessage(orders)
    } catch {
      const sent = orders.map((order) => this.#sendAlone(order))
      if (!sent.includes(true)) this.#state = 'idle'
    }
  }

  /** Where one of several can't be sent: it must not keep the others from it. @returns whether it was sent */
  #sendAlone(order: Order): boolean {
    try {
      this.#worker.postMessage([order])
      return true
    } catch (error) {
      this.#waiting.get(order.id)?.reject(error)
      this.#forget(order.id)
      return false
    }
  }

  #take(answers: readonly Answer[]): void {
    const isFirst = this.#arrived.length === 0
    this.#arrived.push(...answers)
    this.#state = 'gathering'
    if (this.#outgoing.length >= ENOUGH) this.#sendOutgoing()
    if (isFirst) this.#settleSome()
  }

  /** What follows an answer takes time (a token is signed), and other requests need not wait for a whole batch of it. */
  #settleSome(): void {
    for (const answer of this.#arrived.splice(0, ANSWERS_A_TURN)) this.#settle(answer)
    if (this.#arrived.length > 0) setImmediate(() => this.#settleSome())
    else this.#gather(TURNS_TO_GATHER)
  }

  /**
   * Whoever is answered may come again at once, and then travels with those who wait: a commit of ten takes
   * both threads hardly longer than one of two. Where enough wait already, the thread need not.
   */
  #gather(turns: number): void {
    if (this.#state !== 'gathering') return
    if (turns === 0 || this.#outgoing.length >= ENOUGH) this.#sendOutgoing()
    else setImmediate(() => this.#gather(turns - 1))
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#forget(answer.id)
    waiting?.resolve(answer)
  }

  #forget(id: number): void {
    this.#waiting.delete(id)
    if (this.#waiting.size === 0 && !this.#stopped) this.#worker.unref()
  }

  /** What was on its way may be written or not; nobody is told that it was. */
  #stop(reason: Refusal): void {
    this.#stopped ??= reason
    for (const answer of this.#arrived.splice(0)) this.#settle(answer)
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }
}

const ANSWERS_A_TURN = 8
/** One for their requests to come, and one for these to get as far as to their orders. */
const TURNS_TO_GATHER = 2
/** Orders for which a commit is cheap. */
const ENOUGH = 16

interface Waiting {
  resolve(answer: Answer): void
  reject(reason: unknown): void
}

/** From the sources (tests) the built thread is started: Node 20 starts no thread from TypeScript. */
const PROGRAM = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/store/sqlite/writer.js', import.meta.url)
  : new URL('./writer.js', import.meta.url)

function opened(worker: Worker, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', (report: Report) => {
      if (report.kind === 'not opened') {
        reject(unavailable(`The database ${place.location} can't be opened: ${report.message}.`))
      } else resolve()
    })
    worker.once('error', (error) => reject(unavailable('The writer thread did not start.', error)))
  })
}

function unavailable(message: string, cause?: unknown): Refusal {
  return new Refusal('storage_unavailable', { message, cause })
}
