/** Users by the hundred, and how far the import is that brings them: in one unit, so that it goes on where it ended. */

import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import { auditEntry } from './audit.js'
import type { Database, Statement } from './database.js'
import { closeFirstAdmin } from './first-admin.js'
import { insertRows } from './many-rows.js'
import { insertParts, lackParts, partTexts } from './part-supply.js'
import type { AuditRow, Instant, UserId, UserImportRow, UserRow } from './schema.js'

export interface ImportedUser {
  readonly row: UserRow
  readonly hash: string | null
}

/** A step of an import: what it brings. */
export interface ImportStep {
  readonly users: readonly ImportedUser[]
  /** Where the import is before and after it; undefined of one whose place is nowhere kept. */
  readonly advance: { readonly before: UserImportRow; readonly after: UserImportRow } | undefined
  /** Whether they can be found by their names at once. Of very many that is done afterwards: see `part-supply.ts`. */
  readonly withParts: boolean
  /** Of the users; none where there are none. */
  readonly event: AuditRow | undefined
}

/** `overtaken`: somebody else took this step. `taken`: a name or an address has come to be somebody's since the look. */
export type StepOutcome = 'done' | 'overtaken' | 'taken'

export interface WantedNames {
  /** In canonical form, as addresses are. */
  readonly usernames: readonly string[]
  readonly addresses: readonly string[]
  readonly ids: readonly UserId[]
}

/** Which of some names, addresses and ids are somebody's. */
export interface TakenNames {
  /** Users by their usernames in canonical form. */
  readonly users: ReadonlyMap<string, UserId>
  /** Those, and all that are given for ever; clients' ids, too. */
  readonly names: ReadonlySet<string>
  /** Verified addresses, in canonical form. */
  readonly addresses: ReadonlySet<string>
  /** Of users. */
  readonly ids: ReadonlySet<string>
}

export class UserImportTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Writes down that an import begins. @returns it as it is: it may have begun before */
  async begin(row: UserImportRow): Promise<UserImportRow> {
    const { build } = this.#database
    const insert = build
      .insertInto('user_imports')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
    await this.#database.write([{ query: insert.compile() }])
    return (await this.find(row.id)) ?? row
  }

  /** The same, from the first record on, whatever has been imported of it. */
  async restart(row: UserImportRow): Promise<UserImportRow> {
    const { position, report, begun_at, ended_at } = row
    const query = this.#database.build
      .insertInto('user_imports')
      .values(row)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ position, report, begun_at, ended_at }),
      )
    await this.#database.write([{ query: query.compile() }])
    return row
  }

  async find(id: string): Promise<UserImportRow | undefined> {
    const { build } = this.#database
    const query = build.selectFrom('user_imports').selectAll().where('id', '=', id)
    const [row] = await this.#database.read(query.compile())
    return row
  }

  async taken({ usernames, addresses, ids }: WantedNames): Promise<TakenNames> {
    const { build } = this.#database
    const [names, owners, others] = await Promise.all([
      this.#among([...usernames, ...ids], (some) =>
        build.selectFrom('names').select('name').where('name', 'in', some),
      ),
      this.#among(addresses, (some) =>
        build
          .selectFrom('users')
          .select('email_key')
          .where('email_verified', '=', sql.lit(1))
          .where('email_key', 'in', some),
      ),
      this.#among(ids, (some) => build.selectFrom('users').select('id').where('id', 'in', some)),
    ])
    // Last: whose name or address was there a moment ago is there, too, if they came to be meanwhile.
    const users = await this.#among(usernames, (some) =>
      build.selectFrom('users').select(['username_key', 'id']).where('username_key', 'in', some),
    )
    return {
      names: new Set(names.map(({ name }) => name)),
      users: new Map(users.map(({ username_key: key, id }) => [key, id])),
      addresses: new Set(owners.flatMap(({ email_key: key }) => key ?? [])),
      ids: new Set(others.map(({ id }) => id)),
    }
  }

  /** Takes a step whole, or not at all. */
  async take({ users, advance, withParts, event }: ImportStep): Promise<StepOutcome> {
    const { build } = this.#database
    // In order, so that two imports that bring the same names wait for each other, and not both.
    const names = users.map(({ row }) => ({ name: row.username_key })).sort(by('name'))
    // As they will lie in the tables.
    const rows = users.map(({ row }) => row).sort(by('id'))
    const hashes = users.flatMap(({ row, hash }) =>
      hash === null ? [] : [{ user_id: row.id, hash, changed_at: row.updated_at }],
    )
    hashes.sort(by('user_id'))
    const unit: Statement[] = [
      ...(advance === undefined ? [] : [this.#advance(advance)]),
      ...insertRows(build, 'names', names),
      ...insertRows(build, 'users', rows),
      ...insertRows(build, 'passwords', hashes),
      ...(withParts ? [insertParts(this.#database, JSON.stringify(rows.flatMap(partTexts)))] : []),
      ...(withParts || rows.length === 0 ? [] : [lackParts(build)]),
      ...rows.flatMap((row) => closeFirstAdmin(this.#database, row)).slice(0, 1),
      ...(event === undefined ? [] : [auditEntry(build, event)]),
    ]
    const outcome = await this.#database.write(unit)
    if (outcome.done) return 'done'
    return advance !== undefined && outcome.failed === 0 ? 'overtaken' : 'taken'
  }

  async end(id: string, ended_at: Instant): Promise<void> {
    const { build } = this.#database
    const query = build.updateTable('user_imports').set({ ended_at }).where('id', '=', id)
    await this.#database.write([{ query: query.compile() }])
  }

  #advance({ before, after }: NonNullable<ImportStep['advance']>): Statement {
    const query = this.#database.build
      .updateTable('user_imports')
      .set({ position: after.position, report: after.report })
      .where('id', '=', before.id)
      .where('position', '=', before.position)
      .where('ended_at', 'is', null)
    return { query: query.compile(), requires: 1 }
  }

  /** What a query finds for a list of any length. */
  async #among<Value extends string, Row>(
    values: readonly Value[],
    query: (some: RawBuilder<Value>) => { compile(): CompiledQuery<Row> },
  ): Promise<Row[]> {
    if (values.length === 0) return []
    const rows = this.#database.rowsOf(JSON.stringify(values.map((value) => [value])))
    return this.#database.read(query(sql`(select value ->> 0 from ${rows})`).compile())
  }
}

function by<Column extends string>(column: Column) {
  return (one: Record<Column, string>, other: Record<Column, string>) =>
    one[column] < other[column] ? -1 : 1
}
