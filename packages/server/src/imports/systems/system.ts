import type { IncomingUser } from '../../core/user-import/incoming.js'
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
  /** Columns that a table must have: of each group one. */
  readonly needs: readonly (readonly string[])[]
  /**
   * What to read of a database of SQLite; undefined where none is the system's.
   *
   * @param columnsOf throws where there is no such table
   */
  select?(table: string | undefined, columnsOf: (table: string) => readonly string[]): Selection
  /** @throws Refusal `field_unusable` for a record that is none of a user */
  user(raw: Raw): IncomingUser
}
