/**
 * Lets others have their turn. SQLite reads without a pause, so whatever reads much at a time, page after page, would
 * keep a server from all other requests.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
