/** The audit log. Entries are written in the unit of what they record (K04). */

import { type CompiledQuery, type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { type Database, keepInsert, type Statement } from './database.js'
import { mailEntry } from './mails.js'
import { beyond, type Page, pageOf } from './pages.js'
import type {
  AuditRow,
  Instant,
  KeptAuditRow,
  MailRow,
  Schema,
  SessionId,
  UserId,
} from './schema.js'

/** Which entries are wanted: all that fit everything that is given. */
export interface AuditFilter {
  userId?: UserId | undefined
  event?: string | undefined
  /** Only with `userId`: no index goes by these alone. */
  sessionId?: SessionId | undefined
  clientId?: string | undefined
  from?: Instant | undefined
  /** The first moment that is too late. */
  to?: Instant | undefined
}

/** A place in the chain. Entries lie by their seals, so none ever comes to lie before one that was there. */
export type ChainPosition = Pick<AuditRow, 'at' | 'id'> & { seal: number }

export class AuditTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * For what happened without a change to go with it, such as a failed sign-in.
   *
   * @param mail tells somebody of it
   */
  async append(event: AuditRow, mail?: MailRow): Promise<void> {
    const { build } = this.#database
    const mails = mail === undefined ? [] : [mailEntry(build, mail)]
    await this.#database.write([auditEntry(build, event), ...mails])
  }

  /** The same of several, in one unit. */
  async appendAll(events: readonly AuditRow[]): Promise<void> {
    await this.#database.write(events.map((event) => auditEntry(this.#database.build, event)))
  }

  /** The same, where several may write one entry: it is there once. */
  async appendOnce(event: AuditRow): Promise<void> {
    const query = this.#database.build
      .insertInto('audit')
      .values(event)
      .onConflict((conflict) => conflict.doNothing())
    await this.#database.write([{ query: query.compile() }])
  }

  async newest(event: string): Promise<KeptAuditRow | undefined> {
    const query = this.#database.build
      .selectFrom('audit')
      .selectAll()
      .where('event', '=', event)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
    const [entry] = await this.#database.read(query.compile())
    return entry
  }

  /** Newest first. `after` is the `next` of the page before. */
  async list({
    limit,
    after,
    ...filter
  }: AuditFilter & { limit: number; after?: string }): Promise<Page<KeptAuditRow>> {
    let query = filtered(this.#database.build.selectFrom('audit').selectAll(), filter)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (after !== undefined) query = query.where(beyond(after, ['at', 'id'], 'descending'))
    return pageOf(await this.#database.readStale(query.compile()), limit, (row) => row)
  }

  async find(id: string): Promise<KeptAuditRow | undefined> {
    const query = this.#database.build.selectFrom('audit').selectAll().where('id', '=', id)
    const [entry] = await this.#database.read(query.compile())
    return entry
  }

  /** Sealed entries in the order of the chain. */
  async inChain(after: ChainPosition, limit: number): Promise<KeptAuditRow[]> {
    return this.#database.read(this.#chain(after, limit))
  }

  /** The same for who looks at them. */
  async exported(after: ChainPosition, limit: number): Promise<KeptAuditRow[]> {
    return this.#database.readStale(this.#chain(after, limit))
  }

  /** What has no seal yet, oldest first. */
  async unsealed(limit: number): Promise<AuditRow[]> {
    const query = this.#database.build
      .selectFrom('audit')
      .selectAll()
      .where('seal', 'is', null)
      // All alike, but PostgreSQL goes by the index only if it is told.
      .orderBy('seal')
      .orderBy('at')
      .orderBy('id')
      .limit(limit)
    return this.#database.read(query.compile())
  }

  #chain({ seal, at, id }: ChainPosition, limit: number): CompiledQuery<KeptAuditRow> {
    return this.#database.build
      .selectFrom('audit')
      .selectAll()
      .where(sql<boolean>`(seal, at, id) > (${seal}, ${at}, ${id})`)
      .orderBy('seal')
      .orderBy('at')
      .orderBy('id')
      .limit(limit)
      .compile()
  }
}

/** The statement that writes an entry, for the units of other tables. */
export function auditEntry(build: Kysely<Schema>, event: AuditRow): Statement {
  return {
    query: insertInto(build)(event),
    requires: 1,
    touchesOneAtMost: true,
    records: event.event,
  }
}

type Entries = SelectQueryBuilder<Schema, 'audit', KeptAuditRow>

function filtered(
  entries: Entries,
  { userId, event, sessionId, clientId, from, to }: AuditFilter,
): Entries {
  let query = entries
  if (userId !== undefined) query = query.where('user_id', '=', userId)
  if (event !== undefined) query = query.where('event', '=', event)
  if (sessionId !== undefined) query = query.where('session_id', '=', sessionId)
  if (clientId !== undefined) query = query.where('client_id', '=', clientId)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  return query
}

/** Every change has an entry, so the statement is compiled once for each database. */
const inserts = new WeakMap<Kysely<Schema>, (event: AuditRow) => CompiledQuery>()

function insertInto(build: Kysely<Schema>): (event: AuditRow) => CompiledQuery {
  const kept =
    inserts.get(build) ??
    keepInsert<AuditRow>('audit_insert', (row) => build.insertInto('audit').values(row).compile())
  inserts.set(build, kept)
  return kept
}
