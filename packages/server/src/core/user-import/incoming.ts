import type { Instant, UserId } from '../../store/schema.js'

/** A user as another system hands them over, with what it may not know left out. */
export interface IncomingUser {
  /** Of who was a user of Latchkey before: what their tokens' subject stays. */
  id?: UserId | undefined
  username: string
  email?: string | undefined
  emailVerified?: boolean | undefined
  disabled?: boolean | undefined
  scopes?: readonly string[] | undefined
  /** As it was stored there. Left out for who has no password. */
  passwordHash?: string | undefined
  createdAt?: Instant | undefined
  metadata?: unknown
  adminMetadata?: unknown
}

/** Where a record begins in its file. */
export interface RecordPlace {
  /** Its line, or row. */
  readonly at: number
  /** Which it is of a list, of which several may be in one line. */
  readonly nth?: number | undefined
}

/** A number that each record of a file has for itself, and that grows. */
export function numberOf({ at, nth }: RecordPlace): number {
  return nth ?? at
}

/**
 * A record of a file: where it begins, and whom it holds, why it is nobody's, or why it can't be read.
 * What the user has there and loses here, and what is passed over, are counted under the names that they have here.
 */
export type IncomingRecord = RecordPlace & { readonly source?: RecordSource } & (
    | { readonly user: IncomingUser; readonly losses?: readonly string[] }
    | { readonly passedOver: string }
    | { readonly fault: string }
  )

/** What a record is in its file: its members, or a text that has none. */
export type RecordSource =
  | { readonly raw: Readonly<Record<string, unknown>> }
  | { readonly text: string | undefined }

/** A file of users. */
export interface UserSource {
  /** What the file is called, for people. */
  readonly file: string
  /** The same for the same content read in the same way, and for no other: so an import that was stopped is found again. */
  readonly identity: string
  /** In the file's order, which is the same each time. */
  records(): AsyncIterable<IncomingRecord>
  /** How much of it has been read, from 0 to 1. */
  progress(): number
}
