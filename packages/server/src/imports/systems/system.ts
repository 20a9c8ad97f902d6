import type { IncomingUser } from '../../core/user-import/incoming.js'
import type { Instant } from '../../store/schema.js'
import type { Loss, PassedOver } from '../losses.js'
import type { Raw } from '../raw.js'
import type { Selection } from '../sqlite-rows.js'

/** What there is to know of a system whose users come here. */
export interface System {
  /** For whom the system's own files are not what they should be. */
  readonly title: string
  /** In a JSON document, the member that is the list of users; undefined where the document is the list. */
  readonly list?: string
  /** Of files in CSV that don't name their columns. */
  readonly columns?: readonly string[]
  /** All that a record may have; undefined where what is not known is passed over. */
  readonly members?: readonly string[]
  /** Columns that a table must have: of each group one. */
  readonly needs: readonly (readonly string[])[]
  /**
   * What to read of a database of SQLite; undefined where none is the system's.
   *
   * @param columnsOf throws where there is no such table
   */
  select?(table: string | undefined, columnsOf: (table: string) => readonly string[]): Selection
  /** Where a record of JSON keeps what a table has as columns, if not in itself. */
  unwrap?(raw: Raw): Raw
  /** @throws Refusal `field_unusable` for a record that is none of a user */
  read(raw: Raw, reading: Reading): Found | { readonly passedOver: PassedOver }
}

/** What it takes to read a record besides. */
export interface Reading {
  readonly now: Instant
}

export interface Found {
  readonly user: FoundUser
  readonly losses?: readonly Loss[]
}

/** A user as the system has them: with or without a name to sign in with. */
export interface FoundUser extends Omit<IncomingUser, 'username'> {
  readonly username?: string | undefined
  /** Where they come from. Kept as metadata that only admins change, so that other tables' references can be followed. */
  readonly origin?: { readonly imported_from: string; readonly imported_id?: string | undefined }
}
