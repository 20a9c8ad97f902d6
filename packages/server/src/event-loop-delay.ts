import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

/** How late this process is to what is due: one watch for all who ask, because each wakes it again and again. */
export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution })
  #look: NodeJS.Timeout | undefined
  #before = { count: 0, sum: 0 }
  #latest = 0

  start(): void {
    this.#histogram.enable()
    this.#look = setInterval(() => this.#takeMean(), lookEvery).unref()
  }

  stop(): void {
    clearInterval(this.#look)
    this.#histogram.disable()
  }

  /** In milliseconds, the mean of the last half second. */
  readonly milliseconds = (): number => this.#latest

  /** In milliseconds, since this was last asked; without anybody's asking, since the start. */
  take(): { p50: number; p99: number; longest: number } {
    const histogram = this.#histogram
    const taken = {
      p50: lateness(histogram.percentile(50)),
      p99: lateness(histogram.percentile(99)),
      longest: lateness(histogram.max),
    }
    histogram.reset()
    this.#before = { count: 0, sum: 0 }
    return taken
  }

  /** Where nothing was measured meanwhile, because all was late, the next look says how late. */
  #takeMean(): void {
    const { count, mean } = this.#histogram
    if (count === this.#before.count) return
    const sum = count * mean
    this.#latest = lateness((sum - this.#before.sum) / (count - this.#before.count))
    this.#before = { count, sum }
  }
}

/** Of the nanoseconds from one look of the histogram's own to the next, which are `resolution` apart at best. */
function lateness(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - resolution) : 0
}

/** Milliseconds. */
const resolution = 20
const lookEvery = 500
