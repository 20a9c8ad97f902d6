import { createHmac, type KeyObject, randomInt } from 'node:crypto'
import { Refusal } from '../errors.js'
import type { FailureLimit } from '../settings/failure-limit.js'
import type { AttemptLimit, CountedAttempt } from '../store/attempts.js'
import type { Store } from '../store/open.js'
import type { Clock } from './clock.js'
import { fold } from './names.js'
import { networkOf } from './network.js'
import type { RefreshKeys } from './refresh-keys.js'

/** Undefined where there is none. */
export interface ThrottleLimits {
  readonly name: FailureLimit
  readonly network: FailureLimit | undefined
  readonly overall: FailureLimit | undefined
  /** Of what a network may ask for without anybody's leave. */
  readonly mails: FailureLimit | undefined
}

/** What is tried. */
export type Target =
  /** As it was typed, whether anybody has it or not. */
  { readonly name: string } | { readonly client: string } | 'link'

export interface Attempt {
  readonly target: Target
  readonly address: string | undefined
}

/** To be taken back where the attempt succeeds. */
export type Counted = readonly CountedAttempt[]

interface Dependencies {
  store: Store
  /** Loaded by the time of the first sign-in. */
  refreshKeys: RefreshKeys
  limits: ThrottleLimits
  clock: Clock
}

/**
 * How often secrets may be tried: with one name, from one network, and overall. An attempt counts before its
 * secret is looked at, and no more once it has succeeded; what is refused was not counted. Whoever is too many
 * waits, each time longer, and never for good.
 */
export class Throttle {
  readonly #deps: Dependencies
  #key: KeyObject | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @throws Refusal `too_many_attempts` */
  async count(attempt: Attempt): Promise<Counted> {
    return this.#count(this.#limitsOf(attempt))
  }

  /**
   * A mail, or an account, that anybody may ask for. Nothing takes it back.
   *
   * @throws Refusal `too_many_attempts`
   */
  async countMail(address: string | undefined): Promise<void> {
    const { mails } = this.#deps.limits
    const network = networkOf(address)
    if (network && mails) await this.#count([this.#limit(`mails ${network}`, mails)])
  }

  /** Of an attempt that has succeeded, or whose secret was not looked at in the end. */
  async refund(counted: Counted): Promise<void> {
    await this.#deps.store.attempts.refund(counted)
  }

  /** From the one that fewest share to the one that all share: that row is held for the shortest time. */
  #limitsOf({ target, address }: Attempt): AttemptLimit[] {
    const { limits } = this.#deps
    const network = networkOf(address)
    return [
      ...(target === 'link' ? [] : [this.#limit(ownName(target, network), limits.name)]),
      ...(network && limits.network ? [this.#limit(`network ${network}`, limits.network)] : []),
      ...(limits.overall ? [this.#limit(...aPartOf(limits.overall))] : []),
    ]
  }

  async #count(limits: readonly AttemptLimit[]): Promise<Counted> {
    if (limits.length === 0) return []
    const { store, clock } = this.#deps
    const counting = await store.attempts.count(limits)
    if ('counted' in counting) return counting.counted
    throw tooMany(counting.nextAt - clock())
  }

  #limit(what: string, { failures, within }: FailureLimit): AttemptLimit {
    const { refreshKeys } = this.#deps
    this.#key ??= refreshKeys.derive('latchkey attempts v1')
    const key = createHmac('sha256', this.#key).update(what).digest('base64url')
    return { key, free: failures, forget: Math.ceil((within * 1000) / failures) }
  }
}

/** Of a client by network: its secret can't be guessed, and whoever knows its id must not keep it out. */
function ownName(target: Exclude<Target, 'link'>, network: string | undefined): string {
  return 'name' in target
    ? `name ${fold(target.name)}`
    : `client ${JSON.stringify([target.client, network])}`
}

/** All sign-ins would wait for one row: it is cut into some, each with its share. */
function aPartOf({ failures, within }: FailureLimit): [what: string, limit: FailureLimit] {
  const parts = Math.min(mostParts, Math.ceil(failures / leastShare))
  return [`overall ${randomInt(parts)}`, { failures: Math.floor(failures / parts), within }]
}

const mostParts = 16
const leastShare = 50

function tooMany(milliseconds: number): Refusal {
  return new Refusal('too_many_attempts', {
    message: 'Too many attempts: wait a moment, then try again',
    retryAfter: Math.max(1, Math.ceil(milliseconds / 1000)),
  })
}
