/** Rows of what servers have counted. */

import type { Instant } from './ids.js'

/** A number for a while. Counts of all processes are added up in it, and of peaks the highest stays. */
export interface StatisticRow {
  /** Milliseconds that it is for. */
  step: number
  /** When those began: a multiple of them. */
  start: Instant
  figure: string
  value: number
}

/** A process that counts, and how far it has written that down. */
export interface StatisticWriterRow {
  id: string
  /** The number of its last batch. */
  batch: number
  at: Instant
}
