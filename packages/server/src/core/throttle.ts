import { Refusal } from '../errors.js'
import type { CountedAttempt, FullLimit } from '../store/attempts.js'
import type { Store } from '../store/open.js'
import type { AuditRow, Instant, UserId } from '../store/schema.js'
import {
  type Attempt,
  AttemptLimits,
  type Limit,
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
export type Counted = readonly CountedAttempt<Limit>[]

/** Those that are full: what is tried comes before who tries. */
interface Full {
  readonly full: readonly FullLimit<Limit>[]
}

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
  readonly #full = new FullLimits<Instant>()
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
      if (isFull(outcome) && (await this.#mayTryAgain(outcome, since, tried))) continue
      const { counted, result } = this.#passed(outcome)
      this.#undecided.begin(keysOf(counted))
      return { counted, result }
    }
  }

  /** Of what `countWhile` has counted: it stays counted now, or has been taken back. */
  decide(counted: Counted): void {
    const keys = keysOf(counted)
    for (const key of keys) this.#full.forget(key)
    this.#undecided.decide(keys)
  }

  /**
   * Counts what has turned out wrong, and tells of it.
   *
   * @throws Refusal as `count` does
   */
  async countFailure(target: Target, origin: Origin): Promise<void> {
    await this.#failed(await this.count({ target, address: origin.address }), origin)
  }

  /**
   * A mail, or an account, that anybody may ask for. Nothing takes it back.
   *
   * @throws Refusal as `count` does
   */
  async countMail(origin: Origin): Promise<void> {
    const limits = this.#limits.ofMails(origin.address)
    const { counted } = this.#passed(await this.#count(limits, async () => {}))
    await this.#failed(counted, origin)
  }

  /**
   * What is to be written of a failure: which limits it has filled. Of those that go on nothing more is written,
   * until some are forgotten: there are fewer such entries than failures, however many attempts are made.
   */
  filled(counted: Counted, origin: Origin, userId?: UserId): AuditRow[] {
    const now = this.#deps.clock()
    return counted
      .filter(({ limit: { free }, count }) => count === free)
      .map(({ limit: { by } }) =>
        auditEntry('attempts_slowed', now, origin, { userId, detail: { by } }),
      )
  }

  /** Lets the next attempts with these names come at once, as if nobody had failed with them. */
  async unlock(names: readonly string[], origin: Origin, userId: UserId): Promise<void> {
    const { store, clock } = this.#deps
    const limits = names.map((name) => this.#limits.ofName(name))
    await store.attempts.clear(limits, auditEntry('user_unlocked', clock(), origin, { userId }))
    for (const { key } of limits) this.#full.forget(key)
  }

  /** Of an attempt that has succeeded, or whose secret was not looked at in the end. */
  async refund(counted: Counted): Promise<void> {
    for (const key of keysOf(counted)) this.#full.forget(key)
    await this.#deps.store.attempts.refund(counted)
  }

  async #failed(counted: Counted, origin: Origin): Promise<void> {
    const entries = this.filled(counted, origin)
    if (entries.length > 0) await this.#deps.store.audit.appendAll(entries)
  }

  async #count<Result>(limits: readonly Limit[], work: () => Promise<Result>) {
    return (
      this.#knownFull(limits) ??
      this.#line.run(async () => this.#knownFull(limits) ?? this.#takeWhile(limits, work))
    )
  }

  /** What could not be done leaves nothing counted. */
  async #takeWhile<Result>(limits: readonly Limit[], work: () => Promise<Result>) {
    const [taking, working] = await Promise.allSettled([this.#take(limits), work()])
    if (taking.status === 'rejected') throw taking.reason
    const taken = taking.value
    if (isFull(taken)) return taken
    if (working.status === 'fulfilled') return { ...taken, result: working.value }
    await this.refund(taken.counted)
    throw working.reason
  }

  async #take(limits: readonly Limit[]): Promise<{ counted: Counted } | Full> {
    const asked = performance.now()
    const counting = await this.#deps.store.attempts.count(limits)
    if ('counted' in counting) return counting
    const now = this.#deps.clock()
    for (const { limit, nextAt } of counting.full) {
      // What was taken back meanwhile made room again.
      if (!this.#undecided.hasDecided(limit.key, asked)) this.#full.remember(limit.key, nextAt, now)
    }
    return counting
  }

  #knownFull(limits: readonly Limit[]): Full | undefined {
    const now = this.#deps.clock()
    const full = limits.flatMap((limit) => {
      const nextAt = this.#full.nextAt(limit.key, now)
      return nextAt === undefined ? [] : [{ limit, nextAt }]
    })
    return full.length === 0 ? undefined : { full }
  }

  async #mayTryAgain({ full }: Full, since: number, tried: number): Promise<boolean> {
    const [first] = full
    return first !== undefined && this.#undecided.next(first.limit.key, since, tried)
  }

  /** @throws Refusal `too_many_attempts` */
  #passed<Outcome extends object>(outcome: Outcome | Full): Outcome {
    if (!isFull(outcome)) return outcome
    const { measures, clock } = this.#deps
    const [first] = outcome.full
    if (first !== undefined) measures.refusedAttempts.add({ limit: first.limit.by })
    throw tooMany(outcome, clock())
  }
}

/**
 * Attempts that are counted at once. They wait for each other's rows, and would hold all connections to the
 * database while they do.
 */
const atOnce = 4
const longest = 2_000

function keysOf(counted: Counted): string[] {
  return counted.map(({ limit }) => limit.key)
}

function isFull(outcome: object): outcome is Full {
  return 'full' in outcome
}

function tooMany({ full }: Full, now: number): Refusal {
  const wait = Math.max(...full.map(({ nextAt }) => nextAt)) - now
  return new Refusal('too_many_attempts', {
    message: 'Too many attempts: wait a moment, then try again',
    retryAfter: Math.max(1, Math.ceil(wait / 1000)),
    isOfAll: full.every(({ limit: { by } }) => by === 'network' || by === 'overall'),
  })
}
