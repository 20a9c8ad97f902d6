import { Refusal } from '../errors.js'
import type { ClientEdit } from '../store/clients.js'
import type { Store } from '../store/open.js'
import type { ClientRow, Instant } from '../store/schema.js'
import { type AuditEvent, auditEntry, type Origin } from './audit.js'
import { digestOf, makeClientSecret } from './client-secrets.js'
import { firstPartyClientId, isClientId } from './clients.js'
import type { Clock } from './clock.js'
import { randomId } from './random.js'
import type { Revocations } from './revocations.js'
import { everything, settling } from './scope-changes.js'
import { changedScopes, checkGrantable, parseScope } from './scopes.js'

/** The grants that a client can be given. */
export const grantTypes = ['password', 'refresh_token', 'client_credentials'] as const
export type GrantType = (typeof grantTypes)[number]

/** What an operator says of a client; lifetimes in seconds, null for what the settings say. */
export interface ClientTerms {
  name?: string | undefined
  grants?: readonly GrantType[] | undefined
  scopes?: readonly string[] | undefined
  accessTokenTtl?: number | null | undefined
  refreshIdleTtl?: number | null | undefined
  sessionTtl?: number | null | undefined
}

interface Switch {
  disabled?: boolean | undefined
}

interface Dependencies {
  store: Store
  revocations: Revocations
  clock: Clock
  definedScopes: ReadonlyMap<string, string>
  /** Seconds: of clients that have none of their own. */
  accessTokenTtl: number
}

/** The clients that an operator registers. */
export class ClientRegistry {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * @returns the client, and for a confidential one its secret, which is kept nowhere
   * @throws Refusal `client_unusable`, `client_id_taken`, `scope_not_allowed`
   */
  async add(
    id: string,
    confidential: boolean,
    terms: ClientTerms,
    origin: Origin,
  ): Promise<{ client: ClientRow; secret: string | undefined }> {
    const { store, clock } = this.#deps
    if (!isClientId(id)) throw unusable('A client id is 1 to 64 of A-Z a-z 0-9 . _ ~ -', 'id')
    const at = clock()
    const client: ClientRow = {
      id,
      name: id,
      confidential: confidential ? 1 : 0,
      grants: '',
      scopes: '',
      access_token_ttl: null,
      refresh_idle_ttl: null,
      session_ttl: null,
      ...this.#columnsOf(terms, confidential),
      state: 'enabled',
      created_at: at,
      updated_at: at,
    }
    const secret = confidential ? makeClientSecret() : undefined
    const row = secret === undefined ? undefined : secretRow(id, secret, at)
    const entry = auditEntry('client_created', at, origin, { clientId: id })
    const isBuiltIn = id.toLowerCase() === firstPartyClientId
    if (!isBuiltIn && (await store.clients.create(client, row, entry))) return { client, secret }
    throw new Refusal('client_id_taken', {
      message: 'That name is, or was, another client’s or a user’s',
      fields: ['id'],
    })
  }

  /**
   * Changes what is given, in one unit. A disabled client's tokens are refused, and it gets none.
   * Where its scopes change, its sessions hear of it within the life of a token.
   *
   * @throws Refusal `client_unknown`, `client_unusable`, `scope_not_allowed`
   */
  async edit(id: string, terms: ClientTerms & Switch, origin: Origin): Promise<ClientRow> {
    // Whoever changes the scopes between the look and the attempt is looked at in the next.
    for (;;) {
      const client = await this.get(id)
      const columns = this.#columnsOf(terms, client.confidential === 1)
      const { event, ...state } =
        terms.disabled === undefined ? unswitched : switched(terms.disabled)
      if (await this.#tryChange(client, { ...columns, ...state }, event, origin))
        return this.get(id)
    }
  }

  /** @throws Refusal `client_unknown` */
  async remove(id: string, origin: Origin): Promise<void> {
    for (;;) {
      const client = await this.get(id)
      if (await this.#tryChange(client, { state: 'deleted' }, 'client_deleted', origin)) return
    }
  }

  /**
   * A new secret; those before it stay good for the overlap, so that nothing stops while it is
   * carried to where it is used.
   *
   * @param overlap seconds
   * @throws Refusal `client_unknown`, also for a public client, which has none
   */
  async addSecret(id: string, overlap: number, origin: Origin): Promise<string> {
    const { store, clock } = this.#deps
    const at = clock()
    const secret = makeClientSecret()
    const entry = auditEntry('client_secret_added', at, origin, { clientId: id })
    const othersUntil = (at + overlap * 1000) as Instant
    if (await store.clients.addSecret(secretRow(id, secret, at), othersUntil, entry)) return secret
    throw unknown(id)
  }

  /** @throws Refusal `client_unknown` */
  async get(id: string): Promise<ClientRow> {
    const client = isClientId(id) ? await this.#deps.store.clients.find(id) : undefined
    if (client === undefined) throw unknown(id)
    const { digests: _, ...row } = client
    return row
  }

  list(page: { limit: number; after?: string }) {
    return this.#deps.store.clients.list(page)
  }

  async #tryChange(
    client: ClientRow,
    values: ClientEdit,
    event: AuditEvent,
    origin: Origin,
  ): Promise<boolean> {
    const { store, clock, revocations } = this.#deps
    const { id: clientId, scopes: from } = client
    const at = clock()
    const entry = auditEntry(event, at, origin, { clientId })
    const news = this.#newsFor(client, values)
    const scopes = news && { from, change: { id: randomId(), client_id: clientId, ...news } }
    const edited = { ...values, updated_at: at }
    if (!(await store.clients.edit(clientId, edited, entry, scopes))) return false
    await revocations.clientChanged()
    return true
  }

  /** What the client's sessions are to hear: other scopes over the life of their tokens, and its end at once. */
  #newsFor(client: ClientRow, { scopes, state }: ClientEdit) {
    if (state === 'disabled' || state === 'deleted') return { scopes: everything, spread: 0 }
    if (scopes === undefined || scopes === client.scopes) return undefined
    const life = (client.access_token_ttl ?? this.#deps.accessTokenTtl) * 1000
    const changed = changedScopes(parseScope(client.scopes), parseScope(scopes))
    return { scopes: changed.join(' '), spread: Math.max(0, life - settling) }
  }

  #columnsOf(terms: ClientTerms, confidential: boolean): ClientEdit {
    const { name, grants, scopes, accessTokenTtl, refreshIdleTtl, sessionTtl } = terms
    if (!confidential && grants?.includes('client_credentials')) {
      throw unusable('A public client can not have client_credentials: it has no secret', 'grants')
    }
    if (scopes !== undefined) checkGrantable(scopes, this.#deps.definedScopes)
    return {
      ...(name !== undefined && { name }),
      ...(grants !== undefined && { grants: [...new Set(grants)].sort().join(' ') }),
      ...(scopes !== undefined && { scopes: parseScope(scopes.join(' ')).join(' ') }),
      ...(accessTokenTtl !== undefined && { access_token_ttl: accessTokenTtl }),
      ...(refreshIdleTtl !== undefined && { refresh_idle_ttl: refreshIdleTtl }),
      ...(sessionTtl !== undefined && { session_ttl: sessionTtl }),
    }
  }
}

/** What anybody is shown of a client, member by member. */
export function clientRecord(row: ClientRow) {
  return {
    id: row.id,
    name: row.name,
    confidential: row.confidential === 1,
    grants: row.grants.split(' ').filter(Boolean),
    scopes: row.scopes.split(' ').filter(Boolean),
    access_token_ttl: row.access_token_ttl,
    refresh_idle_ttl: row.refresh_idle_ttl,
    session_ttl: row.session_ttl,
    disabled: row.state !== 'enabled',
    created_at: new Date(row.created_at).toISOString(),
  }
}

const unswitched = { event: 'client_changed' } as const

function switched(disabled: boolean) {
  return disabled
    ? ({ event: 'client_disabled', state: 'disabled' } as const)
    : ({ event: 'client_enabled', state: 'enabled' } as const)
}

function secretRow(clientId: string, secret: string, at: Instant) {
  return {
    id: randomId(),
    client_id: clientId,
    digest: digestOf(secret),
    created_at: at,
    expires_at: null,
  }
}

function unusable(message: string, field: string): Refusal {
  return new Refusal('client_unusable', { message, fields: [field] })
}

function unknown(id: string): Refusal {
  return new Refusal('client_unknown', {
    message: `There is no client ${JSON.stringify(id.slice(0, 64))}`,
  })
}
