/** Signing keys, their private halves encrypted. */

import { expressionBuilder } from 'kysely'
import { auditEntry } from './audit.js'
import type { Database, Statement } from './database.js'
import type { AuditRow, Instant, KeyId, Schema, SigningKeyRow } from './schema.js'

/** A key as it is made; the database's clock says when it begins to sign. */
export interface NewKey extends Omit<SigningKeyRow, 'signs_from' | 'retired_at'> {
  /** Milliseconds for which it is published before it signs. */
  ahead: number
}

/** A wrapped key in the place of what it was before. */
export interface Rewrapping {
  table: 'signing_keys' | 'refresh_keys' | 'audit_keys'
  id: string
  from: string
  to: string
}

export class KeyTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All of them, by algorithm and generation. */
  async list(): Promise<SigningKeyRow[]> {
    return this.#database.read(
      this.#database.build
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy('algorithm')
        .orderBy('generation')
        .compile(),
    )
  }

  /** The same with the time by the clock that their times are stamped with, which none in the past is beyond. */
  async read(): Promise<{ rows: SigningKeyRow[]; now: Instant }> {
    const rows = await this.list()
    const clock = this.#database.build.selectNoFrom(this.#database.now().as('now'))
    const [reading] = await this.#database.read(clock.compile())
    if (reading === undefined) throw new Error('The database does not tell the time')
    return { rows, now: reading.now }
  }

  /**
   * @param inPlaceOf keys that are published and have not begun to sign: they go in the same unit
   * @returns false where another process was first, with this generation or with those keys: read the list again
   */
  async add(key: NewKey, event: AuditRow, inPlaceOf: readonly KeyId[] = []): Promise<boolean> {
    return this.#write([...inPlaceOf.map((kid) => this.#drop(kid)), this.#insert(key)], event)
  }

  /**
   * Lets a key sign sooner.
   *
   * @param ahead milliseconds that it waits still
   * @returns false where it does not wait that long any more
   */
  async promote(kid: KeyId, ahead: number, event: AuditRow): Promise<boolean> {
    return this.#write([this.#promotion(kid, ahead)], event)
  }

  /**
   * Has a key's tokens refused, and lets another sign in its place.
   *
   * @param successor a new key, the id of one that has been waiting, or nothing where the key does not sign
   * @returns false where either has changed since it was read
   */
  async retire(
    kid: KeyId,
    successor: NewKey | KeyId | undefined,
    event: AuditRow,
  ): Promise<boolean> {
    const retirement = this.#database.build
      .updateTable('signing_keys')
      .set({ retired_at: this.#database.now() })
      .where('kid', '=', kid)
      .where('retired_at', 'is', null)
    const statements: Statement[] = [{ query: retirement.compile(), requires: 1 }]
    if (typeof successor === 'string') statements.push(this.#promotion(successor, 0))
    else if (successor !== undefined) statements.push(this.#insert(successor))
    return this.#write(statements, event)
  }

  /** @returns false where another process has forgotten one of them already */
  async forget(kids: readonly KeyId[], event: AuditRow): Promise<boolean> {
    const query = this.#database.build.deleteFrom('signing_keys').where('kid', 'in', kids)
    return this.#write([{ query: query.compile(), requires: kids.length }], event)
  }

  /** All of them or none. @returns false where one has changed since it was read */
  async rewrap(rewrappings: readonly Rewrapping[], event: AuditRow): Promise<boolean> {
    return this.#write(
      rewrappings.map((each) => this.#rewrapping(each)),
      event,
    )
  }

  #insert({ ahead, ...key }: NewKey): Statement {
    const { build } = this.#database
    const query = build
      .insertInto('signing_keys')
      .values({
        ...key,
        signs_from: this.#in(ahead),
        retired_at: null,
      })
      .onConflict((conflict) => conflict.doNothing())
    return { query: query.compile(), requires: 1 }
  }

  #promotion(kid: KeyId, ahead: number): Statement {
    const query = this.#database.build
      .updateTable('signing_keys')
      .set({ signs_from: this.#in(ahead) })
      .where('kid', '=', kid)
      .where('retired_at', 'is', null)
      .where('signs_from', '>', this.#in(ahead))
    return { query: query.compile(), requires: 1 }
  }

  #drop(kid: KeyId): Statement {
    const query = this.#database.build
      .deleteFrom('signing_keys')
      .where('kid', '=', kid)
      .where('signs_from', '>', this.#database.now())
    return { query: query.compile(), requires: 1 }
  }

  #rewrapping({ table, id, from, to }: Rewrapping): Statement {
    const { build } = this.#database
    const query =
      table === 'signing_keys'
        ? build
            .updateTable('signing_keys')
            .set({ wrapped_private_key: to })
            .where('kid', '=', id as KeyId)
            .where('wrapped_private_key', '=', from)
        : build
            .updateTable(table)
            .set({ wrapped_key: to })
            .where('id', '=', id)
            .where('wrapped_key', '=', from)
    return { query: query.compile(), requires: 1 }
  }

  /** So many milliseconds from now, by the database's clock. */
  #in(ahead: number) {
    return expressionBuilder<Schema>()(this.#database.now(), '+', ahead as Instant)
  }

  async #write(statements: readonly Statement[], event: AuditRow): Promise<boolean> {
    const entry = auditEntry(this.#database.build, event)
    return (await this.#database.write([...statements, entry])).done
  }
}
