import { Refusal } from '../errors.js'

/** A client as RFC 6749 section 2 means it: a program that asks for tokens. */
export interface Client {
  id: string
  grants: readonly string[]
}

/** What a request said of its client (RFC 6749 section 2.3.1). */
export interface ClientCredentials {
  id: string
  secret: string
}

export const firstPartyClientId = 'first-party'

const firstParty: Client = { id: firstPartyClientId, grants: ['password'] }

export class Clients {
  readonly #firstPartyIsOn: boolean

  constructor(deps: { firstPartyIsOn: boolean }) {
    this.#firstPartyIsOn = deps.firstPartyIsOn
  }

  /**
   * The client behind a request; one without credentials is the built-in public client.
   *
   * @throws Refusal `client_not_authenticated`
   */
  authenticate(credentials: ClientCredentials | undefined): Client {
    const id = credentials?.id ?? firstPartyClientId
    // A public client has no secret, so one that sends some is not it.
    const known = id === firstPartyClientId && this.#firstPartyIsOn && !credentials?.secret
    if (!known) {
      throw new Refusal('client_not_authenticated', {
        message:
          credentials === undefined
            ? 'A client must be named: requests without client_id are switched off here'
            : 'Unknown client, or wrong client secret',
      })
    }
    return firstParty
  }
}

/** A name that a user can't have, or a token's subject could mean either (RFC 9068 section 5). */
export function isClientId(name: string): boolean {
  return name === firstPartyClientId
}
