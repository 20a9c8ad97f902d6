import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { LinkRow, UserRow } from '../store/schema.js'
import type { Origin } from './audit.js'
import { type MailedLinks, mostAnHour } from './mailed-links.js'
import { readAddress } from './names.js'
import { linkIsDead, type OneTimeLinks } from './one-time-links.js'
import type { Throttle } from './throttle.js'
import type { Users } from './users.js'

interface Dependencies {
  store: Store
  users: Users
  links: OneTimeLinks
  throttle: Throttle
  mailedLinks: MailedLinks
}

/** A new password for who has forgotten theirs, by a link to their address. */
export class PasswordResets {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Sends a link to who has proved this address, if anybody has: the caller does not learn that, nor
   * whether the address has had enough mails for now (checklist H08).
   *
   * @throws Refusal `email_unusable`, `too_many_attempts`
   */
  async request(email: string, origin: Origin): Promise<void> {
    const { store, throttle, mailedLinks } = this.#deps
    const { key } = readAddress(email)
    await throttle.countMail(origin)
    const user = await store.emailAddresses.findOwner(key)
    await mailedLinks.send({
      ...reset,
      user,
      address: user?.email ?? email,
      origin,
      most: mostAnHour,
    })
  }

  /**
   * Sends a link to a user for an admin, who never sees it (checklist I08).
   *
   * @throws Refusal `user_unreachable`
   */
  async start(user: UserRow, origin: Origin): Promise<void> {
    const address = user.email_verified === 1 ? user.email : null
    const isSent =
      address !== null && (await this.#deps.mailedLinks.send({ ...reset, user, address, origin }))
    if (isSent) return
    throw new Refusal('user_unreachable', {
      message: 'This user is disabled, or has no verified e-mail address for a link to go to',
    })
  }

  /**
   * Sets the password of the user whom the link was sent to, ends all their sessions, and signs nobody
   * in (checklist I03). A password that is refused leaves the link good. The first link for a user whom an
   * admin has made proves the address too.
   *
   * @throws Refusal `link_dead`, `password_unusable`
   */
  async finish({ token, password }: { token: string; password: string }, origin: Origin) {
    const { store, links, users } = this.#deps
    const link = await links.find('reset_password', token, origin)
    const user = link?.user_id && (await store.users.findById(link.user_id))
    if (!link || !user) throw linkIsDead()
    const actor = { ...origin, actor: `user:${user.id}` }
    const provesAddress = await this.#provesAddress(user, link)
    await users.changePassword(user, { password, link, provesAddress }, actor)
  }

  /** Whoever got the first link for a new user reads there; unless somebody else has proved that before. */
  async #provesAddress({ email_verified: isVerified }: UserRow, { email_key: key }: LinkRow) {
    if (isVerified === 1 || key === null) return false
    return (await this.#deps.store.emailAddresses.findOwner(key)) === undefined
  }
}

const reset = { purpose: 'reset_password', event: 'password_reset_requested' } as const
