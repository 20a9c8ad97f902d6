import { Refusal } from '../errors.js'
import type { CountedAttempt } from '../store/attempts.js'
import type { Store } from '../store/open.js'
import type { UserId } from '../store/schema.js'
import {
  type Attempt,
  AttemptLimits,
  type Limit,
  type LimitKind,
  type Limits,
  type Target,
  type ThrottleLimits,
} from './attempt-limits.js'
import { auditEntry, type Origin } from './audit.js'
import type { Clock } from './clock.js'
import { FullLimits } from './full-limits.js'
import type { Measures } from './measures/measures.js'
import type { RefreshKeys } from './refresh-keys.js'
import { Semaphore } from './semaphore.js'
import { UndecidedAttempts } from './undecided-attempts.js'

/** To be taken back where the attempt succeeds, and told of where it fails. */
export type Counted = readonly CountedBy[]

type CountedBy = CountedAttempt & Pick<Limit, 'by' | 'free'>

/** By which limit there is no room, and for how many milliseconds. */
interface Full {
  readonly full: string
  readonly by: LimitKind
  readonly wait: number
}

type Taken = { readonly counted: Counted } | Full

interface Dependencies {
  store: Store
  /** Loaded by the time of the first sign-in. */
  refreshKeys: RefreshKeys
  limits: ThrottleLimits
  clock: Clock
  measures: Pick<Measures, 'refusedAttempts'>
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
  readonly #limits: AttemptLimits

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#limits = new AttemptLimits(deps)
  }

  /** @throws Refusal `too_many_attempts`, `overloaded` */
  async count(attempt: Attempt): Promise<Counted> {
    return this.#passed(await this.#count(this.#limits.of(attempt), async () => {})).counted
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
      const tried = performance.now()
      const outcome = await this.#count(this.#limits.of(attempt), work)
      if (isFull(outcome) && (await this.#undecided.next(outcome.full, since, tried))) continue
      const { counted, result } = this.#passed(outcome)
      this.#undecided.begin(counted.map(({ key }) => key))
      return { counted, result }
    }
  }

  /** Of what `countWhile` has counted: it stays counted now, or has been taken back. */
  decide(counted: Counted): void {
    const keys = counted.map(({ key }) => key)
    for (const key of keys) this.#full.forget(key)
    this.#undecided.decide(keys)
  }

  /**
   * Counts what has turned out wrong, and tells of it.
   *
   * @throws Refusal as `count` does
   */
  async countFailure(target: Target, origin: Origin): Promise<void> {
    await this.failed(await this.count({ target, address: origin.address }), origin)
  }

  /**
   * A mail, or an account, that anybody may ask for. Nothing takes it back.
   *
   * @throws Refusal as `count` does
   */
  async countMail(origin: Origin): Promise<void> {
    const limits = this.#limits.ofMails(origin.address)
    const { counted } = this.#passed(await this.#count(limits, async () => {}))
    await this.failed(counted, origin)
  }

  /**
   * Writes down which limits a failure has filled. Of those that go on nothing more is written, until some are
   * forgotten: there are fewer such entries than failures, however many attempts are made.
   */
  async failed(counted: Counted, origin: Origin, userId?: UserId): Promise<void> {
    const { store, clock } = this.#deps
    for (const { by } of counted.filter(({ count, free }) => count === free)) {
      const subject = { userId, detail: { by } }
      await store.audit.append(auditEntry('attempts_slowed', clock(), origin, subject))
    }
  }

  /** Of an attempt that has succeeded, or whose secret was not looked at in the end. */
  async refund(counted: Counted): Promise<void> {
    for (const { key } of counted) this.#full.forget(key)
    await Promise.all(counted.map((one) => this.#deps.store.attempts.refund(one)))
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
  async #take(own: readonly Limit[], shared: readonly Limit[]): Promise<Taken> {
    const first = await this.#takeAtOnce(own)
    if ('full' in first) return first
    const second = await this.#takeAtOnce(shared)
    if ('counted' in second) return { counted: [...first.counted, ...second.counted] }
    await this.refund(first.counted)
    return second
  }

  async #takeAtOnce(limits: readonly Limit[]): Promise<Taken> {
    const { store, clock } = this.#deps
    const asked = performance.now()
    const countings = await Promise.all(
      limits.map(async ({ by, ...limit }) => {
        const { free } = limit
        return { by, free, ...(await store.attempts.count(limit)) }
      }),
    )
    const counted = countings.flatMap((one) =>
      'counted' in one ? [{ ...one.counted, by: one.by, free: one.free }] : [],
    )
    if (counted.length === limits.length) return { counted }
    const now = clock()
    const full = countings.flatMap((one) => ('nextAt' in one ? [one] : []))
    for (const { key, nextAt } of full) {
      // What was taken back meanwhile made room again.
      if (!this.#undecided.hasDecided(key, asked)) this.#full.remember(key, nextAt, now)
    }
    await this.refund(counted)
    return latest(full.map(({ key, by, nextAt }) => ({ full: key, by, wait: nextAt - now })))
  }

  #fullOf(limits: readonly Limit[]): Full | undefined {
    const now = this.#deps.clock()
    for (const { key, by } of limits) {
      const nextAt = this.#full.nextAt(key, now)
      if (nextAt !== undefined) return { full: key, by, wait: nextAt - now }
    }
    return undefined
  }

  /** @throws Refusal `too_many_attempts` */
  #passed<Outcome extends object>(outcome: Outcome | Full): Outcome {
    if (!isFull(outcome)) return outcome
    this.#deps.measures.refusedAttempts.add({ limit: outcome.by })
    throw tooMany(outcome.wait)
  }
}

/**
 * Attempts that are counted at once. They wait for each other's rows, and would hold all connections to the
 * database while they do.
 */
const atOnce = 4
const longest = 2_000

function latest(full: readonly Full[]): Full {
  return full.reduce((one, other) => (other.wait > one.wait ? other : one))
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
