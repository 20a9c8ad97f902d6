import type { Family } from '../core/measures/instruments.js'
import { joinFamilies, whatStays } from '../core/measures/join.js'

/** The numbers of all workers as one, those that have ended included: no sum ever goes down. */
export class MeasuresOfWorkers<Worker> {
  readonly #ask: (worker: Worker) => void
  readonly #answer: (worker: Worker, joined: Family[]) => void
  readonly #later: (run: () => void) => void
  readonly #last = new Map<Worker, readonly Family[]>()
  readonly #asking = new Set<Worker>()
  readonly #missing = new Set<Worker>()
  #ended: Family[] = []
  /** Counts those who were the first to ask. */
  #rounds = 0

  /**
   * @param ask asks a worker for its numbers
   * @param answer tells a worker those of all
   * @param later runs something once whoever asks has waited for long enough
   */
  constructor(
    ask: (worker: Worker) => void,
    answer: (worker: Worker, joined: Family[]) => void,
    later: (run: () => void) => void,
  ) {
    this.#ask = ask
    this.#answer = answer
    this.#later = later
  }

  /** A worker is there. */
  welcome(worker: Worker): void {
    this.#last.set(worker, [])
  }

  /** A worker wants the numbers of all; those that have been asked and not answered yet are waited for. */
  want(worker: Worker): void {
    if (this.#asking.size === 0) this.#limitWait()
    this.#asking.add(worker)
    for (const each of this.#last.keys()) {
      if (this.#missing.has(each)) continue
      this.#missing.add(each)
      this.#ask(each)
    }
  }

  heard(worker: Worker, families: readonly Family[]): void {
    // Its last word may be empty.
    if (families.length > 0) this.#last.set(worker, families)
    this.#missing.delete(worker)
    this.#answerIfComplete()
  }

  /** It has ended. What it has counted since its last answer is lost where it could not say it. */
  forget(worker: Worker): void {
    const last = this.#last.get(worker) ?? []
    this.#ended = joinFamilies([this.#ended, whatStays(last)])
    this.#last.delete(worker)
    this.#asking.delete(worker)
    this.#missing.delete(worker)
    this.#answerIfComplete()
  }

  /** What those have said before who are too busy now stands in: so no sum goes down, as it would without them. */
  #limitWait(): void {
    const round = ++this.#rounds
    this.#later(() => {
      if (round === this.#rounds) this.#answerAll()
    })
  }

  #answerIfComplete(): void {
    if (this.#missing.size === 0) this.#answerAll()
  }

  #answerAll(): void {
    if (this.#asking.size === 0) return
    const joined = joinFamilies([this.#ended, ...this.#last.values()])
    for (const worker of this.#asking) this.#answer(worker, joined)
    this.#asking.clear()
  }
}
