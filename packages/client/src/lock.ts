import { within } from './deadline.js'

/** Runs what it is given while nobody else does. `signal` ends the waiting, not what runs. */
export type Lock = <T>(run: () => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * Runs alone, or without that where it can't be had in time or at all.
 *
 * A tab can be frozen with the lock in hand, and aborting a request frees no lock that is held. Nor is
 * it stolen: fifty waiting tabs would steal it from each other, over and over. Going on without it is
 * safe, because within its grace the server answers the same refresh token with the same successor.
 *
 * @param patience in milliseconds
 */
export async function exclusively<T>(
  lock: Lock,
  patience: number,
  run: () => Promise<T>,
): Promise<T> {
  const waiting = new AbortController()
  let running: Promise<T> | undefined
  const begin = () => {
    running ??= run()
    return running
  }
  try {
    return await within(patience, lock(begin, waiting.signal))
  } catch {
    // What runs may fail or take its time, and is not run again. Else it was the lock: not in time, or not allowed here.
    const result = begin()
    waiting.abort()
    return result
  }
}

/** The browser's lock, among the tabs of an origin; none where the platform has none. */
export async function tabLock<T>(
  name: string,
  run: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const locks = globalThis.navigator?.locks
  return locks ? locks.request(name, { signal }, run) : run()
}
