import { createHmac, type KeyObject, randomInt } from 'node:crypto'
import { Refusal } from '../errors.js'
import type { FailureLimit } from '../settings/failure-limit.js'
import type { AttemptLimit, CountedAttempt } from '../store/attempts.js'
import type { Store } from '../store/open.js'
import type { Clock } from './clock.js'
import { FullLimits } from './full-limits.js'
import { fold } from './names.js'
import { networkOf } from './network.js'
import type { RefreshKeys } from './refresh-keys.js'
import { Semaphore } from './semaphore.js'
import { UndecidedAttempts } from './undecided-attempts.js'

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

/** What an attempt is counted by. */
interface Limits {
  /** Of what is tried. */
  readonly own: readonly AttemptLimit[]
  /** With what else is tried. */
  readonly shared: readonly AttemptLimit[]
}

/** By which limit there is no room, and for how many milliseconds. */
interface Full {
  readonly full: string
  readonly wait: number
}

type Taken = { readonly counted: Counted } | Full

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
  readonly #full = new FullLimits()
  readonly #line = new Semaphore({ atOnce, longest })
  readonly #undecided = new UndecidedAttempts(() => performance.now())
  #key: KeyObject | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** @throws Refusal `too_many_attempts`, `overloaded` */
  async count(attempt: Attempt): Promise<Counted> {
    return passed(await this.#count(this.#limitsOf(attempt), async () => {})).counted
  }

  /**
   * Counts, and does at the same time what no refusal waits for. Whoever is counted has to be decided.
   *
   * @throws Refusal as `count` does
   */
  async countWhile<Result>(
    attempt: Attempt,
    work: () => Promise<Result>,
  ): Promise<{ counted: Counted; result: Result }> {
    const since = performance.now()
    for (;;) {
      const outcome = await this.#count(this.#limitsOf(attempt), work)
      const isWorthIt = isFull(outcome) && (await this.#undecided.next(outcome.full, since))
      if (isWorthIt) continue
      const { counted, result } = passed(outcome)
      this.#undecided.begin(counted.map(({ key }) => key))
      return { counted, result }
    }
  }

  /** Of what `countWhile` has counted: it stays counted now, or has been taken back. */
  decide(counted: Counted): void {
    this.#undecided.decide(counted.map(({ key }) => key))
  }

  /**
   * A mail, or an account, that anybody may ask for. Nothing takes it back.
   *
   * @throws Refusal as `count` does
   */
  async countMail(address: string | undefined): Promise<void> {
    const { mails } = this.#deps.limits
    const network = networkOf(address)
    if (network === undefined || mails === undefined) return
    const own = [this.#limit(`mails ${network}`, mails)]
    passed(await this.#count({ own, shared: [] }, async () => {}))
  }

  /** Of an attempt that has succeeded, or whose secret was not looked at in the end. */
  async refund(counted: Counted): Promise<void> {
    for (const { key } of counted) this.#full.forget(key)
    await Promise.all(counted.map((one) => this.#deps.store.attempts.refund(one)))
  }

  #limitsOf({ target, address }: Attempt): Limits {
    const { name, network, overall } = this.#deps.limits
    const from = networkOf(address)
    return {
      own: target === 'link' ? [] : [this.#limit(ownName(target, from), name)],
      shared: [
        ...(from && network ? [this.#limit(`network ${from}`, network)] : []),
        ...(overall ? [this.#limit(...aPartOf(overall))] : []),
      ],
    }
  }

  async #count<Result>({ own, shared }: Limits, work: () => Promise<Result>) {
    const all = [...own, ...shared]
    return (
      this.#fullOf(all) ??
      this.#line.run(async () => {
        const full = this.#fullOf(all)
        if (full !== undefined) return full
        const [taken, result] = await Promise.all([this.#take(own, shared), work()])
        return 'full' in taken ? taken : { ...taken, result }
      })
    )
  }

  /** Of all limits or of none. A name that is hammered at costs the others nothing. */
  async #take(own: readonly AttemptLimit[], shared: readonly AttemptLimit[]): Promise<Taken> {
    const first = await this.#takeAtOnce(own)
    if ('full' in first) return first
    const second = await this.#takeAtOnce(shared)
    if ('counted' in second) return { counted: [...first.counted, ...second.counted] }
    await this.refund(first.counted)
    return second
  }

  async #takeAtOnce(limits: readonly AttemptLimit[]): Promise<Taken> {
    const { store, clock } = this.#deps
    const countings = await Promise.all(limits.map((limit) => store.attempts.count(limit)))
    const counted = countings.flatMap((one) => ('counted' in one ? [one.counted] : []))
    if (counted.length === limits.length) return { counted }
    const now = clock()
    const full = countings.flatMap((one) => ('nextAt' in one ? [one] : []))
    for (const { key, nextAt } of full) this.#full.remember(key, nextAt, now)
    await this.refund(counted)
    return latest(full.map(({ key, nextAt }) => ({ full: key, wait: nextAt - now })))
  }

  #fullOf(limits: readonly AttemptLimit[]): Full | undefined {
    const now = this.#deps.clock()
    for (const { key } of limits) {
      const nextAt = this.#full.nextAt(key, now)
      if (nextAt !== undefined) return { full: key, wait: nextAt - now }
    }
    return undefined
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

/**
 * Attempts that are counted at once. They wait for each other's rows, and would hold all connections to the
 * database while they do.
 */
const atOnce = 4
const longest = 2_000

const mostParts = 16
const leastShare = 50

function latest(full: readonly Full[]): Full {
  return full.reduce((one, other) => (other.wait > one.wait ? other : one))
}

/** @throws Refusal `too_many_attempts` */
function passed<Outcome extends object>(outcome: Outcome | Full): Outcome {
  if (isFull(outcome)) throw tooMany(outcome.wait)
  return outcome
}

function isFull(outcome: object): outcome is Full {
  return 'full' in outcome
}

function tooMany(milliseconds: number): Refusal {
  return new Refusal('too_many_attempts', {
    message: 'Too many attempts: wait a moment, then try again',
    retryAfter: Math.max(1, Math.ceil(milliseconds / 1000)),
  })
}
