import { DatabaseSync } from '@photostructure/sqlite'

/** What is too much for memory, for as long as it is needed: a file that nobody else sees, and that is gone when it is closed. */
export class ScratchDatabase extends DatabaseSync {
  /** @param start statements that make its tables, or set it up */
  constructor(start: string) {
    super('')
    // Nothing of it is read after a fault.
    this.exec(`pragma journal_mode = off; pragma synchronous = off; ${start}; begin`)
  }
}
