/** About how many of all users have an id up to this one, from 0 to 1: ids are random, so they lie evenly. */
export function shareUpTo(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) / 2 ** 32 || 0
}
