import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { LinkRow, UserRow } from '../store/schema.js'
import type { WithNewUser } from '../store/users.js'
import { auditEntry, type Origin } from './audit.js'
import { invitedScopes } from './invitations.js'
import { emailKey } from './names.js'
import { checkProvable, claimedAddress } from './new-names.js'
import type { OneTimeLinks } from './one-time-links.js'
import type { Outbox } from './outbox.js'
import type { Throttle } from './throttle.js'
import type { UserDraft, Users } from './users.js'

export type RegistrationMode = 'open' | 'invitation' | 'closed'

export interface Applicant {
  username: string
  password: string
  email?: string | undefined
  /** The token of an invitation. */
  invitation?: string | undefined
}

interface Dependencies {
  store: Store
  users: Users
  links: OneTimeLinks
  throttle: Throttle
  outbox: Outbox
  mode: RegistrationMode
  newUserScopes: readonly string[]
}

/**
 * How people become users by themselves.
 *
 * Nobody learns here whether an address is known (checklist H08). Under a name of its own the account is
 * made either way, after the same statements; only the mail to the address differs. A made-up answer
 * without an account would be found out by signing in. An address that is a name itself can't be had
 * twice, so where it is known nothing is made and the answer is made up: whoever signs in afterwards
 * can find that out, at the price of a mail to its owner.
 */
export class Registration {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * @returns the new user, or somebody made up who looks like one
   * @throws Refusal `registration_closed`, `link_dead`, `username_unusable`, `username_taken`,
   *   `too_many_attempts`, `email_unusable`, `email_taken` (of an invitation's address alone), `password_unusable`, `overloaded`
   */
  async register(applicant: Applicant, origin: Origin): Promise<UserRow> {
    const { mode } = this.#deps
    const { invitation } = applicant
    if (mode === 'closed') throw closed('Registration is closed')
    if (invitation !== undefined) return this.#accept(applicant, invitation, origin)
    if (mode === 'invitation') throw closed('Registration needs an invitation')
    return this.#join(applicant, origin)
  }

  async #accept(applicant: Applicant, token: string, origin: Origin): Promise<UserRow> {
    const { users, links, newUserScopes } = this.#deps
    const link = await links.get('invitation', token, origin)
    const invited = {
      ...applicant,
      email: invitedAddress(link, applicant.email),
      emailVerified: true,
      scopes: invitedScopes(link) ?? newUserScopes,
    }
    const draft = await users.draft(invited, origin)
    const by = { by: 'invitation', invitation: link.id }
    return users.create(draft, actingItself(draft, origin), { uses: link }, by)
  }

  async #join(applicant: Applicant, origin: Origin): Promise<UserRow> {
    const { users, throttle, newUserScopes } = this.#deps
    const { username, password, email } = applicant
    const address = claimedAddress(applicant)
    if (address !== undefined) checkProvable(address)
    await throttle.countMail(origin)
    const wanted = { username, password, email, scopes: newUserScopes }
    const draft = await users.draft(wanted, origin)
    if (address === undefined) return this.#create(draft, origin)
    const known = await this.#ownerOf(address)
    if (!username.includes('@')) {
      return this.#create(draft, origin, welcome(this.#deps, draft.row, address, known))
    }
    const holder = known ?? (await users.find(username))
    if (holder !== undefined) return this.#pretend(draft, holder, origin)
    return this.#create(draft, origin, welcome(this.#deps, draft.row, address, undefined))
  }

  #create(draft: UserDraft, origin: Origin, also?: WithNewUser): Promise<UserRow> {
    return this.#deps.users.create(draft, actingItself(draft, origin), also, { by: 'registration' })
  }

  /** Whose verified address it is. */
  #ownerOf(address: string): Promise<UserRow | undefined> {
    const key = emailKey(address)
    // No user has the empty name.
    return this.#deps.store.users.findByLogin({ usernameKey: '', ...(key && { emailKey: key }) })
  }

  async #pretend({ row }: UserDraft, holder: UserRow, origin: Origin): Promise<UserRow> {
    const { store, outbox } = this.#deps
    const to = { address: holder.email ?? row.username, userId: holder.id }
    const mail = outbox.compose('address_known', to, { username: holder.username })
    const subject = { userId: holder.id }
    const event = auditEntry('address_registered_again', row.created_at, origin, subject)
    await store.audit.append(event, mail)
    return row
  }
}

/**
 * The link and the mail for a new address. Where it is known the owner hears of that instead, and the link
 * is sent to nobody: it is there so that the unit is the same.
 */
export function welcome(
  { links, outbox }: Pick<Dependencies, 'links' | 'outbox'>,
  { id: userId, username }: UserRow,
  address: string,
  known: UserRow | undefined,
): WithNewUser {
  const { row: link, url } = links.make('verify_email', { userId, email: address })
  const mail =
    known === undefined
      ? outbox.compose('email_verification', { address, userId }, { username, url })
      : outbox.compose(
          'address_known',
          { address: known.email ?? address, userId: known.id },
          { username: known.username },
        )
  return { link, mail }
}

function invitedAddress({ email }: LinkRow, given: string | undefined): string | undefined {
  const address = email ?? undefined
  if (given === undefined || address === undefined || emailKey(given) === emailKey(address)) {
    return address
  }
  throw new Refusal('email_unusable', {
    message: 'The invitation is for another e-mail address',
    fields: ['email'],
  })
}

/** Who registers acts for themselves. */
export function actingItself({ row }: UserDraft, origin: Origin): Origin {
  return { ...origin, actor: `user:${row.id}` }
}

function closed(message: string): Refusal {
  return new Refusal('registration_closed', { message })
}
