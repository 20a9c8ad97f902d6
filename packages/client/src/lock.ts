/**
 * Runs alone among the tabs of an origin, or without that where it can't be had in time.
 *
 * A tab can be frozen with the lock in hand, and aborting a request frees no lock that is held. Nor is
 * it stolen: fifty waiting tabs would steal it from each other, over and over. Going on without it is
 * safe, because within its grace the server answers the same refresh token with the same successor.
 *
 * @param patience in milliseconds
 */
export async function exclusively<T>(
  name: string,
  patience: number,
  run: () => Promise<T>,
): Promise<T> {
  const locks = globalThis.navigator?.locks
  if (!locks) return run()
  const waiting = new AbortController()
  const timer = setTimeout(() => waiting.abort(), patience)
  let hasBegun = false
  const begin = () => {
    hasBegun = true
    clearTimeout(timer)
    return run()
  }
  try {
    return await locks.request(name, { signal: waiting.signal }, begin)
  } catch (error) {
    // What is run may fail; else it was the lock: not in time, or not allowed here.
    if (hasBegun) throw error
    return run()
  } finally {
    clearTimeout(timer)
  }
}
