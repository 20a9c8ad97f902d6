import type { Store } from '../store/open.js'
import type { LinkPurpose, UserId, UserRow } from '../store/schema.js'
import { type AuditEvent, auditEntry, type Origin } from './audit.js'
import type { Clock } from './clock.js'
import type { OneTimeLinks } from './one-time-links.js'
import type { Outbox } from './outbox.js'
import { randomHexId } from './random.js'

interface Dependencies {
  store: Store
  links: OneTimeLinks
  outbox: Outbox
  clock: Clock
}

export interface LinkRequest {
  purpose: 'reset_password' | 'verify_email'
  /** Who the link is for; undefined where there is nobody, which costs the same (checklist H08). */
  user: UserRow | undefined
  /** Where it goes. */
  address: string
  event: AuditEvent
  origin: Origin
  /** How many such links may go to one address in an hour, so that nobody is flooded. */
  most?: number
  /** For whoever changes their address: */
  change?: AddressChange
}

export interface AddressChange {
  /** The canonical form of the address that the user had when they asked. */
  from: string | null
  /** Who has proved the new address already: they are told, and no link is good for it. */
  owner: UserRow | undefined
}

/** Sends links by mail. */
export class MailedLinks {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @returns whether a link has been made */
  async send(request: LinkRequest): Promise<boolean> {
    const { store, links, clock } = this.#deps
    const { purpose, user, address: email, event, origin, most, change } = request
    const userId = user?.id ?? (randomHexId() as UserId)
    const detail = change && { from: change.from }
    const { row, url } = links.make(purpose, { userId, email, ...(detail && { detail }) })
    const at = clock()
    return store.mailedLinks.send({
      link: { ...row, user_id: userId, used_at: change?.owner === undefined ? null : at },
      mail: this.#mail(request, userId, url),
      event: auditEntry(event, at, origin, { userId: user?.id }),
      most,
      supersedes: change !== undefined,
    })
  }

  #mail({ purpose, user, address, change }: LinkRequest, userId: UserId, url: string) {
    const { outbox } = this.#deps
    if (change?.owner !== undefined) {
      const { id, username, email } = change.owner
      return outbox.compose(
        'address_known',
        { address: email ?? address, userId: id },
        { username },
      )
    }
    const values = { username: user?.username ?? '', url }
    return outbox.compose(kinds[purpose], { address, userId }, values)
  }
}

const kinds = {
  reset_password: 'password_reset',
  verify_email: 'email_verification',
} as const satisfies Partial<Record<LinkPurpose, string>>

/** Of what anybody may have sent to an address. */
export const mostAnHour = 3
