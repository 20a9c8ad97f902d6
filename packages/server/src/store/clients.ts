/** Registered clients and their secrets' digests. */

import { auditEntry } from './audit.js'
import { change } from './changes.js'
import type { Database } from './database.js'
import { takeName } from './names.js'
import { beyond, type Page, pageOf } from './pages.js'
import type { AuditRow, ClientRow, ClientSecretRow, Instant } from './schema.js'
import { type NewScopeChange, scopeChange } from './scope-changes.js'

export interface ClientWithDigests extends ClientRow {
  /** Of the secrets that are good now. */
  digests: string[]
}

export type ClientEdit = Partial<Omit<ClientRow, 'id' | 'confidential' | 'created_at'>>

export class ClientTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** A client that has not been deleted, with the digests of its secrets, in one read. */
  async find(id: string): Promise<ClientWithDigests | undefined> {
    const { build } = this.#database
    const now = this.#database.now()
    const query = build
      .selectFrom('clients')
      .leftJoin('client_secrets', (join) =>
        join
          .onRef('client_secrets.client_id', '=', 'clients.id')
          .on(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', now)])),
      )
      .selectAll('clients')
      .select('client_secrets.digest')
      .where('clients.id', '=', id)
      .where('clients.state', '!=', 'deleted')
    const rows = await this.#database.read(query.compile())
    const [client] = rows
    if (client === undefined) return undefined
    const { digest, ...row } = client
    return { ...row, digests: rows.flatMap((each) => each.digest ?? []) }
  }

  /** @param secret undefined for a public client @returns false where the id is taken, by a client or a user */
  async create(
    client: ClientRow,
    secret: ClientSecretRow | undefined,
    event: AuditRow,
  ): Promise<boolean> {
    const { build } = this.#database
    const outcome = await this.#database.write([
      takeName(build, client.id.toLowerCase()),
      { query: build.insertInto('clients').values(client).compile(), requires: 1 },
      ...(secret === undefined
        ? []
        : [{ query: build.insertInto('client_secrets').values(secret).compile(), requires: 1 }]),
      auditEntry(build, event),
    ])
    return outcome.done
  }

  /**
   * @param scopes where they change: those of before, and what the client's sessions are to hear
   * @returns false where there is no such client, or its scopes are not those of before
   */
  async edit(
    id: string,
    values: ClientEdit,
    event: AuditRow,
    scopes?: { from: string; change: NewScopeChange },
  ): Promise<boolean> {
    const { build } = this.#database
    let query = build
      .updateTable('clients')
      .set(values)
      .where('id', '=', id)
      .where('state', '!=', 'deleted')
    if (scopes !== undefined) query = query.where('scopes', '=', scopes.from)
    const outcome = await this.#database.write([
      { query: query.compile(), requires: 1 },
      change(this.#database, 'client_changed', id, `:${event.id}`),
      ...(scopes === undefined ? [] : [scopeChange(this.#database, scopes.change)]),
      auditEntry(build, event),
    ])
    return outcome.done
  }

  /** Adds a secret; those before it stay good until then. @returns false where there is no such confidential client */
  async addSecret(
    secret: ClientSecretRow,
    othersUntil: Instant,
    event: AuditRow,
  ): Promise<boolean> {
    const { build } = this.#database
    const client = build
      .selectFrom('clients')
      .select('id')
      .where('id', '=', secret.client_id)
      .where('confidential', '=', 1)
      .where('state', '!=', 'deleted')
    const retire = build
      .updateTable('client_secrets')
      .set({ expires_at: othersUntil })
      .where('client_id', '=', secret.client_id)
      .where(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', othersUntil)]))
    const outcome = await this.#database.write([
      { query: this.#database.hold(client).compile(), requires: 1 },
      { query: retire.compile() },
      { query: build.insertInto('client_secrets').values(secret).compile(), requires: 1 },
      auditEntry(build, event),
    ])
    return outcome.done
  }

  /** Those that have not been deleted, oldest first. */
  async list(page: { limit: number; after?: string }): Promise<Page<ClientRow>> {
    let query = this.#database.build
      .selectFrom('clients')
      .selectAll()
      .where('state', '!=', 'deleted')
      .orderBy('created_at')
      .orderBy('id')
      .limit(page.limit + 1)
    if (page.after !== undefined) {
      query = query.where(beyond(page.after, ['created_at', 'id'], 'ascending'))
    }
    const rows = await this.#database.readStale(query.compile())
    return pageOf(rows, page.limit, ({ created_at: at, id }) => ({ at, id }))
  }

  /** Seconds: the longest that any client's sessions last, of those with a lifetime of their own. */
  async longestSession(): Promise<number | null> {
    const query = this.#database.build
      .selectFrom('clients')
      .select(({ fn }) => fn.max('session_ttl').as('longest'))
    const [row] = await this.#database.read(query.compile())
    return row?.longest ?? null
  }

  /** Whose tokens are no good: disabled and deleted clients. */
  async listBlocked(): Promise<string[]> {
    const query = this.#database.build
      .selectFrom('clients')
      .select('id')
      .where('state', '!=', 'enabled')
    return (await this.#database.read(query.compile())).map(({ id }) => id)
  }
}
