/** Whether what ran beside a test left it its share of the machine. */

import type { Outage } from './history.js'

/**
 * Notes each time that this process came late: on such a machine a node may take longer than it lets
 * anything take, and answer 503 with nothing wrong. On one that is quiet there are none.
 *
 * @returns ends it
 */
export function watchMachine(outages: Outage[], nodes: readonly number[]): () => void {
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    if (now - last > EVERY + LATE) {
      outages.push({ fault: 'busy machine', nodes, kills: false, start: last, end: now })
    }
    last = now
  }, EVERY)
  return () => clearInterval(timer)
}

/** Milliseconds. */
const EVERY = 50
const LATE = 200
