import type { UserRow } from '../store/schema.js'
import type { WithNewUser } from '../store/users.js'
import type { Origin } from './audit.js'
import { checkProvable, claimedAddress } from './new-names.js'
import type { OneTimeLinks } from './one-time-links.js'
import type { Outbox } from './outbox.js'
import type { Users } from './users.js'

interface Dependencies {
  users: Users
  links: OneTimeLinks
  outbox: Outbox
}

export interface Enrolled {
  username: string
  email?: string | undefined
  emailVerified?: boolean | undefined
  scopes?: readonly string[] | undefined
}

/** Users whom an admin makes, and who choose their password themselves: no admin knows it (checklist I08). */
export class Enrolment {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * The link to choose a password by goes to the address; without one there is none.
   *
   * @throws Refusal `username_unusable`, `username_taken`, `email_unusable`, `email_taken`, `scope_not_allowed`
   */
  async enrol(wanted: Enrolled, origin: Origin): Promise<UserRow> {
    const { users } = this.#deps
    const address = claimedAddress(wanted)
    if (address !== undefined) checkProvable(address)
    const draft = await users.draft({ ...wanted, password: undefined }, origin)
    return users.create(draft, origin, this.#welcome(draft.row), { by: 'admin' })
  }

  #welcome({ id: userId, username, email }: UserRow): WithNewUser {
    if (email === null) return {}
    const { links, outbox } = this.#deps
    const { row: link, url } = links.make('reset_password', {
      userId,
      email,
      livesAs: 'invitation',
    })
    const to = { address: email, userId }
    return { link, mail: outbox.compose('account_created', to, { username, url }) }
  }
}
