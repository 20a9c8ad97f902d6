/** A record as its file has it: the cells of a row by their columns, or the members of a JSON object. */
export type Raw = Readonly<Record<string, unknown>>

/** A raw record with its line, or row; or why there is none. */
export type RawRecord =
  | { readonly at: number; readonly raw: Raw }
  | { readonly at: number; readonly fault: string }

/** What an open file gives. */
export interface RawRecords extends AsyncIterable<RawRecord> {
  /** From 0 to 1. */
  progress(): number
}
