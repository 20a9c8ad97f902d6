import type { Schedule } from './schedule.js'

/** Does its work again and again in the background, one at a time. */
export class Poll {
  readonly #work: () => Promise<number>
  readonly #schedule: Schedule
  #flight: Promise<void> | undefined
  #cancel = () => {}
  #isUrged = false
  #isClosed = false

  /** @param work answers the milliseconds until it is due again; it never rejects */
  constructor(work: () => Promise<number>, schedule: Schedule) {
    this.#work = work
    this.#schedule = schedule
  }

  /** Does the work now, or waits for it where it is being done. */
  run(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#flight ??= this.#fly()
    return this.#flight
  }

  /** Sees to it that the work is begun once more after this moment. */
  urge(): void {
    if (this.#flight === undefined) void this.run()
    else this.#isUrged = true
  }

  /** What is being done is finished, and nothing is begun. */
  close(): void {
    this.#isClosed = true
    this.#cancel()
  }

  async #fly(): Promise<void> {
    this.#cancel()
    this.#isUrged = false
    const rest = await this.#work()
    this.#flight = undefined
    if (this.#isClosed) return
    this.#cancel = this.#schedule(() => void this.run(), this.#isUrged ? 0 : rest * jitter())
  }
}

/** Never later, and a little earlier: guards that were started together are not to call together. */
function jitter(): number {
  const [chance = 0] = crypto.getRandomValues(new Uint8Array(1))
  return 1 - (chance + 1) / 2560
}
