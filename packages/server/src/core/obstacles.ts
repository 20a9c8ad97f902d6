import type { Store } from '../store/open.js'
import type { Page } from '../store/pages.js'
import type { ClientRow, Instant, UserRow } from '../store/schema.js'
import type { Origin } from './audit.js'
import { readHash } from './passwords/formats.js'
import type { Passwords } from './passwords/passwords.js'
import { whyUnreadable } from './passwords/unreadable.js'
import type { Throttle } from './throttle.js'
import type { Waits } from './waits.js'

export const obstacleCodes = [
  'user_disabled',
  'no_password',
  'hash_unreadable',
  'password_grant_off',
  'no_client',
  'name_waits',
  'network_waits',
  'all_wait',
  'overloaded',
  'email_unverified',
] as const

/** What stands between a user and a sign-in with their password. */
export interface Obstacle {
  readonly code: (typeof obstacleCodes)[number]
  /** Whether nobody gets in as this user, but on a device that is known, or only some sign-ins are refused. */
  readonly stops: 'all' | 'some'
  /** When it is over by itself. */
  readonly until?: Instant
  /** The name, the address, or the reason that it is about. */
  readonly about?: string
}

interface Dependencies {
  store: Store
  passwords: Passwords
  throttle: Throttle
  waits: Waits
  passwordGrantIsOn: boolean
  firstPartyIsOn: boolean
}

/** Why a user can't sign in now. Nothing of it shows in the answer that they get (checklist H07). */
export class Obstacles {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** What lasts comes first. */
  async of(user: UserRow): Promise<Obstacle[]> {
    const found = await Promise.all([
      this.#ofUser(user),
      this.#ofServer(),
      this.#ofNames(user),
      this.#ofNetworks(user),
      this.#ofAll(),
      ofAddress(user),
    ])
    return found.flat()
  }

  /** Ends the waits with the user's names. */
  async unlock(user: UserRow, origin: Origin): Promise<void> {
    await this.#deps.throttle.unlock(namesOf(user), origin, user.id)
  }

  async #ofUser({ id, disabled }: UserRow): Promise<Obstacle[]> {
    const password = await this.#deps.store.users.passwordOf(id)
    return [
      ...(disabled === 1 ? [always('user_disabled')] : []),
      ...(password === undefined ? [always('no_password')] : ofHash(password.hash)),
    ]
  }

  async #ofServer(): Promise<Obstacle[]> {
    const { passwordGrantIsOn, firstPartyIsOn } = this.#deps
    if (!passwordGrantIsOn) return [always('password_grant_off')]
    if (firstPartyIsOn || (await this.#isSomeClientAllowed())) return []
    return [always('no_client')]
  }

  async #ofNames(user: UserRow): Promise<Obstacle[]> {
    const names = namesOf(user)
    const waits = await Promise.all(
      names.map(async (about) => ({ about, until: await this.#deps.waits.ofName(about) })),
    )
    const full = waits.flatMap(({ about, until }) => (until === undefined ? [] : { about, until }))
    const stops = full.length === names.length ? 'all' : 'some'
    return full.map((each) => ({ code: 'name_waits', stops, ...each }))
  }

  /** Of those networks that the user was in when they last signed in, or tried to. */
  async #ofNetworks({ id: userId }: UserRow): Promise<Obstacle[]> {
    const { store, waits } = this.#deps
    const { rows } = await store.audit.list({ userId, limit: newest })
    const own = rows.filter(({ event }) => event === 'sign_in' || event === 'sign_in_failed')
    const addresses = [...new Set(own.flatMap(({ address }) => address ?? []))]
    const found = await Promise.all(
      addresses
        .slice(0, mostNetworks)
        .map(async (about) => ({ about, until: await waits.ofNetwork(about) })),
    )
    return found.flatMap(({ about, until }) =>
      until === undefined ? [] : [{ code: 'network_waits', stops: 'some', about, until }],
    )
  }

  async #ofAll(): Promise<Obstacle[]> {
    const { waits, passwords } = this.#deps
    const wait = await waits.ofAll()
    return [
      ...(wait === undefined
        ? []
        : [
            { code: 'all_wait', stops: wait.isOfSome ? 'some' : 'all', until: wait.until } as const,
          ]),
      ...(passwords.isFull ? [{ code: 'overloaded', stops: 'some' } as const] : []),
    ]
  }

  async #isSomeClientAllowed(): Promise<boolean> {
    const { clients } = this.#deps.store
    let after: string | undefined
    do {
      const page: Page<ClientRow> = await clients.list({ limit: 100, ...(after && { after }) })
      const isAllowed = page.rows.some(
        ({ state, grants }) => state === 'enabled' && grants.split(' ').includes('password'),
      )
      if (isAllowed) return true
      after = page.next ?? undefined
    } while (after !== undefined)
    return false
  }
}

/** Entries of a user that are looked at for the networks they were in: some have a million. */
const newest = 50
const mostNetworks = 5

export function obstacleRecord({ code, stops, until, about }: Obstacle) {
  const ends = until === undefined ? null : new Date(until).toISOString()
  return { code, stops, until: ends, about: about ?? null }
}

/** What the user can sign in by, as attempts with it are counted. */
function namesOf(user: UserRow): string[] {
  const { username, email } = user
  const isOther = user.email_verified === 1 && user.email_key !== user.username_key
  return isOther && email !== null ? [username, email] : [username]
}

function always(code: Obstacle['code']): Obstacle {
  return { code, stops: 'all' }
}

function ofHash(stored: string): Obstacle[] {
  if (readHash(stored) !== undefined) return []
  return [{ code: 'hash_unreadable', stops: 'all', about: whyUnreadable(stored) ?? '' }]
}

/** Whoever signs in by it is unknown until it is verified. */
function ofAddress({ email, ...user }: UserRow): Obstacle[] {
  if (email === null || user.email_verified === 1 || user.email_key === user.username_key) return []
  return [{ code: 'email_unverified', stops: 'some', about: email }]
}
