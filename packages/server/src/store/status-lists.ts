/** The status lists, and the places in them that processes take for the tokens that they will make. */

import { sql } from 'kysely'
import { change } from './changes.js'
import type { Database, Statement } from './database.js'
import type { StatusListRow, StatusRow } from './schema.js'

export class StatusListTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All of them, the oldest first. */
  async list(): Promise<StatusListRow[]> {
    return this.#database.read(
      this.#database.build.selectFrom('status_lists').selectAll().orderBy('number').compile(),
    )
  }

  /** Makes lists where they are missing, and tells of it. */
  async make(numbers: readonly number[]): Promise<void> {
    await this.#database.write(numbers.flatMap((number) => this.#make(number)))
  }

  /**
   * Takes the next `count` places of a list, of which exactly one of any number of callers succeeds.
   * Whoever takes the first of a list makes the next one, so that all know it long before it is used.
   *
   * @param claimed how many were taken before
   * @param size of the list
   */
  async claim(number: number, claimed: number, count: number, size: number): Promise<boolean> {
    const isLast = claimed + count >= size
    const query = this.#database.build
      .updateTable('status_lists')
      .set({ claimed: claimed + count, ...(isLast && { full_at: this.#database.now() }) })
      .where('number', '=', number)
      .where('claimed', '=', claimed)
    const outcome = await this.#database.write([
      { query: query.compile(), requires: 1 },
      ...(claimed === 0 ? this.#make(number + 1) : []),
    ])
    return outcome.done
  }

  /** What is not 0 in a list, from an index on, by index. */
  async statuses(list: number, from: number, limit: number): Promise<StatusRow[]> {
    return this.#database.read(
      this.#database.build
        .selectFrom('statuses')
        .selectAll()
        .where('list', '=', list)
        .where('idx', '>=', from)
        .orderBy('idx')
        .limit(limit)
        .compile(),
    )
  }

  /** Takes a list out of use, and tells of it. Its statuses stay, to be tidied away. */
  async remove(number: number): Promise<void> {
    const { build } = this.#database
    const query = build.deleteFrom('status_lists').where('number', '=', number).compile()
    await this.#database.write([{ query }, this.#tell(number, ':gone')])
  }

  /** Deletes some statuses of lists that are gone: they go in the order of their numbers. @returns how many */
  async tidy(limit: number): Promise<number> {
    const { build } = this.#database
    const oldest = build
      .selectFrom('status_lists')
      .select(({ fn }) => fn.min('number').as('number'))
    const some = build
      .selectFrom('statuses')
      .select(['list', 'idx'])
      .where('list', '<', oldest)
      .orderBy('list')
      .orderBy('idx')
      .limit(limit)
    const query = build
      .deleteFrom('statuses')
      .where(sql<boolean>`(list, idx) in ${some}`)
      .returning('idx')
    const outcome = await this.#database.write([{ query: query.compile() }])
    return outcome.done ? (outcome.rows[0]?.length ?? 0) : 0
  }

  #make(number: number): Statement[] {
    const query = this.#database.build
      .insertInto('status_lists')
      .values({ number, claimed: 0, full_at: null, created_at: this.#database.now() })
      .onConflict((conflict) => conflict.doNothing())
    return [{ query: query.compile() }, this.#tell(number)]
  }

  #tell(number: number, occasion = ''): Statement {
    return change(this.#database, 'status_list_changed', String(number), occasion)
  }
}
