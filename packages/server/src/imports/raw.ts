import type { RecordPlace } from '../core/user-import/incoming.js'
import { Refusal } from '../errors.js'

/** A record as its file has it: the cells of a row by their columns, or the members of a JSON object. */
export type Raw = Readonly<Record<string, unknown>>

/** A raw record with its place; or why there is none. */
export type RawRecord = (RecordPlace & { readonly raw: Raw }) | Unreadable

export interface Unreadable extends RecordPlace {
  readonly fault: string
  /** What is there instead, where that is not too long, and text. */
  readonly text?: string | undefined
}

/** What an open file gives. */
export interface RawRecords extends AsyncIterable<RawRecord> {
  /** From 0 to 1. */
  progress(): number
}

/** For people, before what there is to say. */
export function placeIn(file: string, { at, nth }: RecordPlace): string {
  return `${file}:${at}:${nth === undefined ? '' : ` record ${nth}:`}`
}

export function unreadable(at: number, fault: string, text?: string): Unreadable {
  return { at, fault, text: text !== undefined && text.length <= longestText ? text : undefined }
}

/** Of a file that can't be read whole: nothing of it is imported. */
export function unreadableFile(message: string): Refusal {
  return new Refusal('file_unreadable', { message })
}

/** Characters: enough for a record that somebody mends by hand, while some thousands of them are in memory. */
const longestText = 8192
