/** How many records the next step has, so that it takes about as long as others may wait to write. */
export function nextSize(size: number, milliseconds: number): number {
  const fitting = Math.round((size * wanted) / Math.max(1, milliseconds))
  const near = Math.min(2 * size, Math.max(size / 2, fitting))
  return Math.min(most, Math.max(least, Math.round(near)))
}

export const firstSize = 500

const wanted = 300
const least = 250
const most = 4_000
