/** What has come of the records of a file. */
export interface ImportReport {
  /** Users who are new; in a trial, who would be. */
  imported: number
  /** Whose name was a user's before. */
  present: number
  /** Records that name no user as it should be, or one whom an earlier record names. */
  leftOut: number
  /** How many of the new ones have a hash of which format. */
  formats: Record<string, number>
}

/** A record that was left out. */
export interface LeftOut {
  /** Its line in the file, or its row. */
  readonly at: number
  readonly why: string
}

export function emptyReport(): ImportReport {
  return { imported: 0, present: 0, leftOut: 0, formats: {} }
}

/** Of a report as it was kept. */
export function reportOf(text: string): ImportReport {
  return JSON.parse(text)
}
