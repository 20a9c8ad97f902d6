import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { LinkRow } from '../store/schema.js'
import { auditEntry, type Origin } from './audit.js'
import type { Clock } from './clock.js'
import { emailKey } from './names.js'
import { checkProvable } from './new-names.js'
import type { OneTimeLinks } from './one-time-links.js'
import type { Outbox } from './outbox.js'
import type { RegistrationMode } from './registration.js'
import { checkGrantable, parseScope } from './scopes.js'

interface Dependencies {
  store: Store
  links: OneTimeLinks
  outbox: Outbox
  clock: Clock
  mode: RegistrationMode
  definedScopes: ReadonlyMap<string, string>
}

export interface NewInvitation {
  email: string
  /** Undefined for those that everybody gets who registers. */
  scopes?: readonly string[] | undefined
}

/** Invitations to register: mailed links, of which nobody but the invited person sees the token. */
export class Invitations {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @throws Refusal `registration_closed`, `email_unusable`, `email_taken`, `scope_not_allowed` */
  async invite({ email, scopes }: NewInvitation, origin: Origin): Promise<LinkRow> {
    const { store, links, outbox, definedScopes } = this.#deps
    if (this.#deps.mode === 'closed') throw uselessNow()
    checkProvable(email)
    if (scopes !== undefined) checkGrantable(scopes, definedScopes)
    await this.#checkFree(email)
    const detail = scopes && { detail: { scopes: parseScope(scopes.join(' ')) } }
    const { row, url } = links.make('invitation', { email, ...detail })
    const mail = outbox.compose('invitation', { address: email }, { url })
    await store.invitations.create(row, mail, this.#event('invitation_created', row, origin))
    return row
  }

  /** Those that are good still, newest first. */
  list(page: { limit: number; after?: string }) {
    return this.#deps.store.invitations.list(page)
  }

  /** @throws Refusal `invitation_unknown` where there is none, or it has been accepted */
  async revoke(id: string, origin: Origin): Promise<void> {
    const isId = /^[0-9a-f]{32}$/.test(id)
    const event = this.#event('invitation_revoked', { id }, origin)
    if (isId && (await this.#deps.store.invitations.revoke(id, event))) return
    throw new Refusal('invitation_unknown', { message: 'There is no such invitation' })
  }

  /** An admin may know who is there already. */
  async #checkFree(email: string): Promise<void> {
    const key = emailKey(email)
    const logins = this.#deps.store.users
    // No user has the empty name.
    const owner = await logins.findByLogin({ usernameKey: '', ...(key && { emailKey: key }) })
    if (owner === undefined) return
    const message = 'That e-mail address belongs to a user already'
    throw new Refusal('email_taken', { message, fields: ['email'] })
  }

  #event(
    event: 'invitation_created' | 'invitation_revoked',
    { id }: Pick<LinkRow, 'id'>,
    origin: Origin,
  ) {
    return auditEntry(event, this.#deps.clock(), origin, { detail: { invitation: id } })
  }
}

/** What an admin is shown of an invitation, member by member: nothing that would be of use to somebody else. */
export function invitationRecord(row: LinkRow) {
  return {
    id: row.id,
    email: row.email,
    scopes: invitedScopes(row) ?? null,
    created_at: new Date(row.created_at).toISOString(),
    expires_at: new Date(row.expires_at).toISOString(),
  }
}

/** The scopes that an invitation grants; undefined where it leaves that to the settings. */
export function invitedScopes({ detail }: LinkRow): string[] | undefined {
  const stored: unknown = detail === null ? undefined : JSON.parse(detail)
  if (typeof stored !== 'object' || stored === null || !('scopes' in stored)) return undefined
  return Array.isArray(stored.scopes) ? stored.scopes.map(String) : undefined
}

function uselessNow(): Refusal {
  return new Refusal('registration_closed', {
    message:
      'Nobody could accept it: registration is closed. Set LATCHKEY_REGISTRATION to invitation, or to open',
  })
}
