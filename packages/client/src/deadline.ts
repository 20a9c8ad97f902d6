/**
 * Waits no longer than this; rejects with a `TimeoutError` then. What was waited for goes on.
 *
 * In two halves, because a machine may sleep. Where it wakes, timers come before what was done meanwhile.
 */
export async function within<T>(milliseconds: number, work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const half = (then: () => void) => {
    timer = setTimeout(then, milliseconds / 2)
  }
  const limit = new Promise<never>((_, reject) => {
    half(() => half(() => reject(named('TimeoutError', 'It took too long'))))
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits until the caller no longer wants to. What was waited for goes on for the others. */
export async function unlessAborted<T>(work: Promise<T>, signal?: AbortSignal | null): Promise<T> {
  if (!signal) return work
  // Nobody may be left to hear of its failure.
  work.catch(() => {})
  if (signal.aborted) throw reasonOf(signal)
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(reasonOf(signal))
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Not every platform's signal has one. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? named('AbortError', 'Aborted')
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
