import type { Log } from './log.js'

interface Work {
  /** One turn. What it throws is tried again at the next. */
  turn: () => Promise<unknown>
  /** Milliseconds from one turn to the next. */
  every: number
  /** What the log says where a turn fails: once, until one succeeds. */
  failure: string
  log: Log
}

/** What a server does again and again beside its requests, one turn at a time. */
export class Recurring {
  readonly #work: Work
  #timer: NodeJS.Timeout | undefined
  #sooner: NodeJS.Timeout | undefined
  #running: Promise<unknown> | undefined
  #isFailing = false

  constructor(work: Work) {
    this.#work = work
  }

  /** Nothing of it keeps the process alive. */
  start(): void {
    this.#timer = setInterval(() => this.#take(), this.#work.every)
    this.#timer.unref()
  }

  /** A turn in so many milliseconds, unless one is set already; none where nothing recurs (any more). */
  soon(milliseconds: number): void {
    if (this.#timer === undefined) return
    this.#sooner ??= setTimeout(() => {
      this.#sooner = undefined
      this.#take()
    }, milliseconds)
    this.#sooner.unref()
  }

  /** A turn that begins after this moment: one that is under way may have read before. Never rejects. */
  now(): Promise<void> {
    return this.between(() => this.#turn())
  }

  /** Does something else between two turns. @throws what that throws */
  async between<T>(work: () => Promise<T>): Promise<T> {
    while (this.#running !== undefined) await this.#running.catch(() => {})
    return this.#begin(work)
  }

  /** Takes no more turns, and waits for the one under way, so that the store may be closed then. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    clearTimeout(this.#sooner)
    this.#timer = this.#sooner = undefined
    await this.#running?.catch(() => {})
  }

  #take(): void {
    if (this.#running === undefined) void this.#begin(() => this.#turn())
  }

  #begin<T>(work: () => Promise<T>): Promise<T> {
    const running = work().finally(() => {
      this.#running = undefined
    })
    this.#running = running
    return running
  }

  async #turn(): Promise<void> {
    const { turn, failure, log } = this.#work
    try {
      await turn()
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) log.error({ err: error }, failure)
      this.#isFailing = true
    }
  }
}
