import type { Store } from '../store/open.js'
import type { UserRow } from '../store/schema.js'
import type { Origin } from './audit.js'
import { checkProvable, claimedAddress } from './new-names.js'
import type { OneTimeLinks } from './one-time-links.js'
import type { Outbox } from './outbox.js'
import { actingItself, welcome } from './registration.js'
import type { Users } from './users.js'

interface Dependencies {
  store: Store
  users: Users
  links: OneTimeLinks
  outbox: Outbox
}

interface Candidate {
  token: string
  username: string
  password: string
  email?: string | undefined
}

/** The first admin, made by whoever can read what a new server prints (checklist I06). */
export class FirstAdmin {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * A link that makes an admin, once. It takes the place of the one before.
   *
   * @returns undefined where there is a user already
   */
  async offer(): Promise<string | undefined> {
    const { store, links } = this.#deps
    const { row, url } = links.make('first_admin')
    return (await store.firstAdmin.offer(row)) ? url : undefined
  }

  /**
   * Makes the first admin. The link is worthless as soon as anybody is an admin, so of several who try,
   * one is made (checklist M06).
   *
   * @throws Refusal `link_dead`, `username_unusable`, `username_taken`, `email_unusable`,
   *   `password_unusable`, `overloaded`
   */
  async create({ token, ...candidate }: Candidate, origin: Origin): Promise<UserRow> {
    const { users, links } = this.#deps
    const link = await links.get('first_admin', token, origin)
    const address = claimedAddress(candidate)
    if (address !== undefined) checkProvable(address)
    const draft = await users.draft({ ...candidate, scopes: ['admin'] }, origin)
    const { email } = draft.row
    const also = email === null ? {} : welcome(this.#deps, draft.row, email, undefined)
    const by = { by: 'first_admin' }
    return users.create(draft, actingItself(draft, origin), { ...also, uses: link }, by)
  }
}
