/** From a database's URL to the store: all that core needs of a database. */

import { AttemptTable } from './attempts.js'
import { AuditTable } from './audit.js'
import { AuditKeyTable } from './audit-keys.js'
import { AuditSealTable } from './audit-seals.js'
import { ChangeTable } from './changes.js'
import { CleanUpTable } from './clean-up.js'
import { ClientTable } from './clients.js'
import type { Check, Database, DatabaseLoad, Depth } from './database.js'
import { EmailAddressTable } from './email-addresses.js'
import { FirstAdminTable } from './first-admin.js'
import { type Hearing, heard } from './heard.js'
import { InvitationTable } from './invitations.js'
import { KeyTable } from './keys.js'
import { LinkTable } from './links.js'
import { MailedLinkTable } from './mailed-links.js'
import { MailTable } from './mails.js'
import {
  type MigrationOptions,
  type MigrationState,
  migrate,
  migrationStates,
} from './migrations.js'
import { OwnDataTable } from './own-data.js'
import { PartSupplyTable } from './part-supply.js'
import type { ReplicaOptions } from './postgres/replica.js'
import { RefreshKeyTable } from './refresh-keys.js'
import { ScopeChangeTable } from './scope-changes.js'
import { SessionTable } from './sessions.js'
import { openSqlite } from './sqlite.js'
import { StatisticsTable } from './statistics.js'
import { StatusListTable } from './status-lists.js'
import { UserEditTable } from './user-edits.js'
import { UserExportTable } from './user-exports.js'
import { UserImportTable } from './user-imports.js'
import { UserSearchTable } from './user-search.js'
import { UserTable } from './users.js'

/**
 * @param url `sqlite:PATH`, `sqlite::memory:`, `postgres://...` or `postgresql://...`
 * @param options `migrate`: bring the tables up to date (the default), or leave them as they are.
 * @throws Refusal `storage_unavailable`, with a sentence for the operator, where the database can't
 *   be used: out of reach, readable by others, or made by a newer version.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const database = await openDatabase(url, options.clock ?? Date.now, options)
  const { hearing } = options
  const store = new Store(hearing === undefined ? database : heard(database, hearing))
  try {
    if (options.migrate ?? true) await store.migrate(options)
    else await store.migrations()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

export interface StoreOptions extends Pick<MigrationOptions, 'onApplied' | 'onNewer'> {
  migrate?: boolean
  /** Hears what the database does. */
  hearing?: Hearing | undefined
  /** Milliseconds since 1970; tests turn it. */
  clock?: () => number
  /** Whether as much is written as memory and the disk allow, in large units. */
  writesMuch?: boolean | undefined
  /** Of PostgreSQL, for reads that may be a little old. */
  replica?: ReplicaOptions | undefined
}

export class Store {
  readonly engine: 'SQLite' | 'PostgreSQL'
  readonly users: UserTable
  readonly userEdits: UserEditTable
  readonly userSearch: UserSearchTable
  readonly partSupply: PartSupplyTable
  readonly userImports: UserImportTable
  readonly userExports: UserExportTable
  readonly sessions: SessionTable
  readonly keys: KeyTable
  readonly refreshKeys: RefreshKeyTable
  readonly clients: ClientTable
  readonly changes: ChangeTable
  readonly statusLists: StatusListTable
  readonly scopeChanges: ScopeChangeTable
  readonly links: LinkTable
  readonly mails: MailTable
  readonly invitations: InvitationTable
  readonly firstAdmin: FirstAdminTable
  readonly ownData: OwnDataTable
  readonly mailedLinks: MailedLinkTable
  readonly emailAddresses: EmailAddressTable
  readonly attempts: AttemptTable
  readonly audit: AuditTable
  readonly auditSeals: AuditSealTable
  readonly auditKeys: AuditKeyTable
  readonly cleanUp: CleanUpTable
  readonly statistics: StatisticsTable
  readonly #database: Database

  constructor(database: Database) {
    this.engine = database.engine
    this.users = new UserTable(database)
    this.userEdits = new UserEditTable(database)
    this.userSearch = new UserSearchTable(database)
    this.partSupply = new PartSupplyTable(database)
    this.userImports = new UserImportTable(database)
    this.userExports = new UserExportTable(database)
    this.sessions = new SessionTable(database)
    this.keys = new KeyTable(database)
    this.refreshKeys = new RefreshKeyTable(database)
    this.clients = new ClientTable(database)
    this.changes = new ChangeTable(database)
    this.statusLists = new StatusListTable(database)
    this.scopeChanges = new ScopeChangeTable(database)
    this.links = new LinkTable(database)
    this.mails = new MailTable(database)
    this.invitations = new InvitationTable(database)
    this.firstAdmin = new FirstAdminTable(database)
    this.ownData = new OwnDataTable(database)
    this.mailedLinks = new MailedLinkTable(database)
    this.emailAddresses = new EmailAddressTable(database)
    this.attempts = new AttemptTable(database)
    this.audit = new AuditTable(database)
    this.auditSeals = new AuditSealTable(database)
    this.auditKeys = new AuditKeyTable(database)
    this.cleanUp = new CleanUpTable(database)
    this.statistics = new StatisticsTable(database)
    this.#database = database
  }

  /** @throws Refusal `storage_unavailable` */
  async ping(): Promise<void> {
    await this.#database.ping()
  }

  /** For the metrics. */
  load(): DatabaseLoad {
    return this.#database.load()
  }

  async migrations(): Promise<MigrationState[]> {
    return migrationStates(this.#database)
  }

  /** Answers the names of the migrations that it applied now. */
  async migrate(options?: MigrationOptions): Promise<string[]> {
    return migrate(this.#database, undefined, options)
  }

  /** Looks at the database as it is; for `latchkey doctor`, and for admins. */
  async examine(depth: Depth = 'whole'): Promise<Check[]> {
    const states = await this.migrations()
    return [...(await this.#database.examine(depth)), checkMigrations(states)]
  }

  /** Bytes. */
  async size(): Promise<number> {
    return this.#database.size()
  }

  /** Nothing where there is none. @throws Refusal `storage_unavailable` where it does not answer */
  async examineReplica(): Promise<Check[]> {
    return this.#database.examineReplica()
  }

  /** Finishes the writes that are under way. */
  async close(): Promise<void> {
    await this.#database.close()
  }
}

function checkMigrations(states: readonly MigrationState[]): Check {
  const check = 'migrations'
  const pending = states.filter(({ applied }) => !applied).map(({ name }) => name)
  if (pending.length > 0) {
    const detail = `not applied: ${pending.join(', ')}`
    return { check, verdict: 'warns', detail, remedy: '`latchkey migrate` or a start does it' }
  }
  const newer = states.filter((state) => state.newer).map(({ name }) => name)
  const beyond = `; the database is newer than this version, and fits it (${newer.join(', ')})`
  return { check, verdict: 'holds', detail: `all applied${newer.length > 0 ? beyond : ''}` }
}

/** What the store runs on. */
export async function openDatabase(
  url: string,
  clock: () => number,
  { replica, writesMuch = false }: Pick<StoreOptions, 'replica' | 'writesMuch'> = {},
): Promise<Database> {
  const [, path] = /^sqlite:(.+)$/s.exec(url) ?? []
  if (path !== undefined) return openSqlite(path, clock, writesMuch)
  if (/^postgres(ql)?:\/\//.test(url)) {
    // Not loaded where SQLite is used: that would cost each start a tenth of its time.
    const { openPostgres } = await import('./postgres.js')
    return openPostgres(url, clock, replica)
  }
  throw new TypeError('A database URL is sqlite:PATH, sqlite::memory: or postgres://...')
}
