import { Refusal } from '../errors.js'
import type { ClientWithDigests } from '../store/clients.js'
import type { Store } from '../store/open.js'
import type { Origin } from './audit.js'
import { isSecretOf } from './client-secrets.js'
import type { Throttle } from './throttle.js'

/** A client as RFC 6749 section 2 means it: a program that asks for tokens. */
export interface Client {
  id: string
  /** Whether it has proved with a secret who it is. */
  confidential: boolean
  grants: readonly string[]
  /** Undefined for the built-in one, which may have whatever its user has. */
  scopes: readonly string[] | undefined
  lifetimes: Lifetimes
}

/** Seconds. */
export interface Lifetimes {
  accessToken: number
  refreshIdle: number
  session: number
}

/** What a request said of its client (RFC 6749 section 2.3.1). */
export interface ClientCredentials {
  id: string
  secret: string
}

interface Dependencies {
  store: Store
  throttle: Pick<Throttle, 'countFailure'>
  firstPartyIsOn: boolean
  /** Of every client that has none of its own. */
  lifetimes: Lifetimes
}

export const firstPartyClientId = 'first-party'

/** Who asks for a token: the built-in client for one's own app, or a registered one. */
export class Clients {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * The client behind a request; one without credentials is the built-in public client.
   *
   * Only what is wrong is counted, once it is: secrets have 256 random bits, so what counts is that nobody
   * makes much work of guessing, and that a client whose secret is right never waits (checklist D07).
   *
   * @throws Refusal `client_not_authenticated`, `too_many_attempts`
   */
  async authenticate(credentials: ClientCredentials | undefined, origin: Origin): Promise<Client> {
    const { id, secret } = credentials ?? { id: firstPartyClientId, secret: '' }
    const client = await this.find(id)
    // A public client has no secret, so one that sends some is not it.
    const proved = client?.confidential ? isSecretOf(client.digests, secret) : secret === ''
    if (client !== undefined && proved) return client
    if (secret !== '') await this.#deps.throttle.countFailure({ client: id }, origin)
    throw new Refusal('client_not_authenticated', {
      message:
        credentials === undefined
          ? 'A client must be named: requests without client_id are switched off here'
          : 'Unknown client, or wrong client secret',
    })
  }

  /** A client that may ask for tokens now. */
  async find(id: string): Promise<(Client & { digests: readonly string[] }) | undefined> {
    const { store, firstPartyIsOn, lifetimes } = this.#deps
    if (id === firstPartyClientId) return firstPartyIsOn ? firstParty(lifetimes) : undefined
    if (!isClientId(id)) return undefined
    const row = await store.clients.find(id)
    return row?.state === 'enabled' ? registered(row, lifetimes) : undefined
  }
}

/** Names that can be typed, sent in a header and be told from each other. */
export function isClientId(text: string): boolean {
  return /^[\w.~-]{1,64}$/.test(text)
}

/** What a token may hold that user and client are both behind. */
export function scopesFor(client: Client, scopesOfUser: readonly string[]): string[] {
  const { scopes } = client
  return scopesOfUser.filter((scope) => scopes === undefined || scopes.includes(scope))
}

function firstParty(lifetimes: Lifetimes) {
  return {
    id: firstPartyClientId,
    confidential: false,
    grants: ['password', 'refresh_token'],
    scopes: undefined,
    lifetimes,
    digests: [],
  }
}

function registered(row: ClientWithDigests, lifetimes: Lifetimes) {
  return {
    id: row.id,
    confidential: row.confidential === 1,
    grants: row.grants.split(' ').filter(Boolean),
    scopes: row.scopes.split(' ').filter(Boolean),
    lifetimes: {
      accessToken: row.access_token_ttl ?? lifetimes.accessToken,
      refreshIdle: row.refresh_idle_ttl ?? lifetimes.refreshIdle,
      session: row.session_ttl ?? lifetimes.session,
    },
    digests: row.digests,
  }
}
