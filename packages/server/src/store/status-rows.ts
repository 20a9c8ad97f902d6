/** Rows of the status lists. */

import type { Instant } from './ids.js'

/** A place in a status list. */
export interface StatusPlace {
  list: number
  index: number
}

export interface StatusListRow {
  /** 1, 2, 3 ... */
  number: number
  /** How many of its places processes have taken for themselves. */
  claimed: number
  /** When the last of them was taken. */
  full_at: Instant | null
  created_at: Instant
}

/** A status that is not 0. */
export interface StatusRow {
  list: number
  idx: number
  /** 1: revoked for good; 3: the claims have changed. */
  value: number
}
