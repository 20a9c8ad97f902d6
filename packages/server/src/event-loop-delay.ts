import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late this process is to what is due, in milliseconds: the mean of the last half second. */
export interface EventLoopDelay {
  milliseconds(): number
  stop(): void
}

export function watchEventLoop(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution })
  histogram.enable()
  let latest = 0
  const look = setInterval(() => {
    // Nanoseconds from one look of its own to the next, which are `resolution` apart at best.
    latest = histogram.mean / 1e6 - resolution
    histogram.reset()
  }, lookEvery).unref()
  return {
    milliseconds: () => latest,
    stop() {
      clearInterval(look)
      histogram.disable()
    },
  }
}

/** Milliseconds. */
const resolution = 20
const lookEvery = 500
