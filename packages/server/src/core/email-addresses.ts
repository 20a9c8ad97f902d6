import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { LinkRow, MailRow, UserRow } from '../store/schema.js'
import { auditEntry, type Origin } from './audit.js'
import type { Clock } from './clock.js'
import { type MailedLinks, mostAnHour } from './mailed-links.js'
import { readAddress } from './names.js'
import { checkProvable, isProvable } from './new-names.js'
import { linkIsDead, type OneTimeLinks } from './one-time-links.js'
import type { Outbox } from './outbox.js'
import type { Throttle } from './throttle.js'

interface Dependencies {
  store: Store
  links: OneTimeLinks
  throttle: Throttle
  mailedLinks: MailedLinks
  outbox: Outbox
  clock: Clock
}

/** Proves that an address is a user's, and changes it: by a link that goes there. */
export class EmailAddresses {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Sends a link to who says that this address is theirs, if anybody does and nobody has proved it: the
   * caller learns none of that (checklist H08).
   *
   * @throws Refusal `email_unusable`, `too_many_attempts`
   */
  async requestProof(email: string, origin: Origin): Promise<void> {
    const { store, throttle, mailedLinks } = this.#deps
    const { key } = readAddress(email)
    await throttle.countMail(origin)
    const owner = await store.emailAddresses.findOwner(key)
    const claimant = await store.emailAddresses.findClaimant(key)
    const user = owner === undefined && canProve(claimant) ? claimant : undefined
    const address = user?.email ?? email
    await mailedLinks.send({ ...proof, user, address, origin, most: mostAnHour })
  }

  /**
   * Sends a link to the address that a user wants to have from now on. Until it is used the old one stays.
   * Who has proved the new one already is told; the caller does not learn that there is anybody.
   *
   * @throws Refusal `email_unusable`, `email_is_username`, `too_many_attempts`
   */
  async change(user: UserRow, email: string, origin: Origin): Promise<void> {
    const { store, throttle, mailedLinks } = this.#deps
    const { key } = readAddress(email)
    checkProvable(email)
    if (user.username_key.includes('@') && key !== user.username_key) throw emailIsUsername()
    await throttle.countMail(origin)
    const owner = await store.emailAddresses.findOwner(key)
    if (owner?.id === user.id) return
    const change = { from: user.email_key, owner }
    await mailedLinks.send({ ...wish, user, address: email, origin, most: mostAnHour, change })
  }

  /** Makes the address of a link its user's. @throws Refusal `link_dead`, `email_taken` */
  async prove(token: string, origin: Origin): Promise<void> {
    const { store, links, clock } = this.#deps
    const link = await links.find('verify_email', token, origin)
    const user = link?.user_id && (await store.users.findById(link.user_id))
    if (!link || !user || !isMeantFor(link, user)) throw linkIsDead()
    const { email, email_key: emailKey } = link
    const at = clock()
    const event = user.email_key === emailKey ? 'email_verified' : 'email_changed'
    const entry = auditEntry(
      event,
      at,
      { ...origin, actor: `user:${user.id}` },
      { userId: user.id },
    )
    const mails = this.#notices(user, email, emailKey)
    const proven = { user, link, email, emailKey, at, event: entry, mails }
    if (await store.emailAddresses.prove(proven)) return
    const owner = await store.emailAddresses.findOwner(emailKey)
    throw owner === undefined || owner.id === user.id ? linkIsDead() : taken()
  }

  /** Who loses the account by this must hear of it where they still can. */
  #notices(user: UserRow, to: string, key: string): MailRow[] {
    const { id, username, email } = user
    if (user.email_verified === 0 || email === null || user.email_key === key) return []
    const old = { address: email, userId: id }
    return [this.#deps.outbox.compose('email_changed', old, { username, to })]
  }
}

/** Who was brought along can have an address that would prove another (checklist H09). */
function canProve(claimant: UserRow | undefined): boolean {
  return typeof claimant?.email === 'string' && isProvable(claimant.email)
}

type LinkToAddress = LinkRow & { email: string; email_key: string }

/** Not once the user has another address than when it was sent. */
function isMeantFor(link: LinkRow, user: UserRow): link is LinkToAddress {
  if (link.email === null || link.email_key === null) return false
  if (link.detail === null) return user.email_key === link.email_key
  return JSON.parse(link.detail).from === user.email_key
}

const proof = { purpose: 'verify_email', event: 'email_verification_requested' } as const
const wish = { purpose: 'verify_email', event: 'email_change_requested' } as const

function emailIsUsername(): Refusal {
  return new Refusal('email_is_username', {
    message: 'Your username is your e-mail address, so it can not have another address',
    fields: ['email'],
  })
}

function taken(): Refusal {
  return new Refusal('email_taken', {
    message: 'That e-mail address belongs to another user',
    fields: ['email'],
  })
}
