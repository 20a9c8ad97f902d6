import { createHash, randomBytes } from 'node:crypto'
import { Refusal } from '../errors.js'
import type { Store } from '../store/open.js'
import type { Instant, LinkPurpose, LinkRow, UserId } from '../store/schema.js'
import type { Origin } from './audit.js'
import type { Clock } from './clock.js'
import { emailKey } from './names.js'
import { randomHexId } from './random.js'
import type { Throttle } from './throttle.js'

interface Dependencies {
  store: Store
  throttle: Throttle
  clock: Clock
  /** Where the pages are that take a link; never from a request (checklist I02). */
  pages: () => string
}

export interface NewLink {
  /** For the unit that makes it. */
  row: LinkRow
  /** What is sent, and kept nowhere. */
  url: string
}

interface LinkOptions {
  userId?: UserId | undefined
  email?: string | undefined
  detail?: object
  /** Lives as long as links of another purpose do. */
  livesAs?: LinkPurpose
}

/** The one answer about links that never were, are over, or have been used. */
export const deadLink = 'This link is not good, or not any more: ask for another'

/** Links that work once, for one purpose, for a while (checklist I01). */
export class OneTimeLinks {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  make(
    purpose: LinkPurpose,
    { userId, email, detail, livesAs = purpose }: LinkOptions = {},
  ): NewLink {
    const token = randomBytes(32).toString('base64url')
    const at = this.#deps.clock()
    const row: LinkRow = {
      digest: digestOf(token),
      id: randomHexId(),
      purpose,
      user_id: userId ?? null,
      email: email ?? null,
      email_key: (email !== undefined && emailKey(email)) || null,
      detail: detail === undefined ? null : JSON.stringify(detail),
      created_at: at,
      expires_at: (at + linkLives[livesAs]) as Instant,
      used_at: null,
    }
    // What is after # is sent to no server, and stands in no log of one.
    return { row, url: `${this.#deps.pages()}/${paths[purpose]}#token=${token}` }
  }

  /**
   * The link that a token is of, if it is good still: whoever uses it up finds out whether it is then. One that is
   * none counts, once it is: there is nothing to guess, but much to ask the database for.
   *
   * @throws Refusal `too_many_attempts`
   */
  async find(purpose: LinkPurpose, token: string, origin: Origin): Promise<LinkRow | undefined> {
    const { store, throttle } = this.#deps
    const link = await store.links.find(digestOf(token), purpose)
    if (link === undefined) await throttle.countFailure('link', origin)
    return link
  }

  /** @throws Refusal `link_dead`, `too_many_attempts` */
  async get(purpose: LinkPurpose, token: string, origin: Origin): Promise<LinkRow> {
    const link = await this.find(purpose, token, origin)
    if (link !== undefined) return link
    throw linkIsDead()
  }
}

export function linkIsDead(): Refusal {
  return new Refusal('link_dead', { message: deadLink, fields: ['token'] })
}

const minute = 60_000
const day = 24 * 60 * minute

/** For how long a link is good, in milliseconds. */
export const linkLives: Readonly<Record<LinkPurpose, number>> = {
  reset_password: 30 * minute,
  verify_email: 60 * minute,
  invitation: 7 * day,
  first_admin: day,
}

const paths: Readonly<Record<LinkPurpose, string>> = {
  reset_password: 'reset-password',
  verify_email: 'verify-email',
  invitation: 'invitation',
  first_admin: 'first-admin',
}

/** The token is 256 random bits: there is nothing to guess, and nothing to salt. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
