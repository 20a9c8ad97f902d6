import type { Judged } from './sift.js'

/** How much the next step has, so that it takes about as long as others may wait to write. */
export function nextSize(size: number, milliseconds: number): number {
  const fitting = Math.round((size * wanted) / Math.max(1, milliseconds))
  const near = Math.min(2 * size, Math.max(size / 2, fitting))
  return Math.min(most, Math.max(least, Math.round(near)))
}

/** How much a record is: those that bring a lot are several, so that a step fits into memory. */
export function weightOf(record: Judged): number {
  if (!('row' in record)) return 1
  const { metadata, admin_metadata: more } = record.row
  return 1 + Math.floor(((metadata?.length ?? 0) + (more?.length ?? 0)) / charactersOfOne)
}

export const firstSize = 500

const wanted = 300
const least = 250
const most = 4_000
const charactersOfOne = 1_000
