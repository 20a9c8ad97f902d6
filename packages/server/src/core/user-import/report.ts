import type { RecordPlace, RecordSource } from './incoming.js'

/** What has come of the records of a file. */
export interface ImportReport {
  /** Users who are new; in a trial, who would be. */
  imported: number
  /** Whose name was a user's before. */
  present: number
  /** Records that name no user as it should be, or one whom an earlier record names. */
  leftOut: number
  /** How many records are nobody's, by what they are instead. */
  passedOver: Record<string, number>
  /** How many of the new ones have a hash of which format. */
  formats: Record<string, number>
  /** How many of the new ones lose what. */
  losses: Record<string, number>
}

/** A record that was left out. */
export interface LeftOut extends RecordPlace {
  readonly why: string
  /** Where it is wanted. */
  readonly source?: RecordSource | undefined
}

export function emptyReport(): ImportReport {
  return { imported: 0, present: 0, leftOut: 0, passedOver: {}, formats: {}, losses: {} }
}

/** How often something was counted, with some more of it. */
export function counted(
  before: Readonly<Record<string, number>>,
  names: readonly string[],
): Record<string, number> {
  const counts = { ...before }
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** Of a report as it was kept. */
export function reportOf(text: string): ImportReport {
  return JSON.parse(text)
}
