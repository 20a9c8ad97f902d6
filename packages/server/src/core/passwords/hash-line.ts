import { Refusal } from '../../errors.js'
import { FairLine, type Place } from './fair-line.js'
import type { Turn } from './turn.js'

/** What waits for its hash. */
export interface Waiting {
  /** Its caller is told so. */
  reject(reason: Refusal): void
}

export interface HashLineOptions {
  /** How many hashes are computed at a time. */
  workers: number
  /** How many may wait at most, where that is less than can be done in time. */
  longest: number
  /** Milliseconds, of any clock that never goes back. */
  now: () => number
}

/** Why who came for a hash was sent away without one. */
export type TurnedAway = 'full' | 'gave_way' | 'too_late' | 'hung_up'

/**
 * Who waits for a hash: fair turns between networks and names, and no more than can be done in time.
 * Beyond that callers are refused at once, each with the seconds after which there is room for them
 * (checklist J03).
 */
export class HashLine<Item extends Waiting> {
  readonly turnedAway: Record<TurnedAway, number> = {
    full: 0,
    gave_way: 0,
    too_late: 0,
    hung_up: 0,
  }
  readonly #options: HashLineOptions
  readonly #line = new FairLine<Item>()
  /** Who will come, or has come and waits for the answer. */
  readonly #expected = new FairLine<void>()
  readonly #endings = new Map<Item, () => void>()
  #meanTime = usualHashTime
  /** Until when all time is given away, to those who wait and those who were told to come back. */
  #promised = 0

  constructor(options: HashLineOptions) {
    this.#options = options
  }

  get length(): number {
    return this.#line.length
  }

  get isFull(): boolean {
    return this.#expected.length >= this.#room || (this.length > 0 && this.length >= this.#bound)
  }

  /**
   * Lets somebody in who will enter when what comes before has been done: so that this is not done for
   * those whom nobody will have time for. Of them all, as many more as there is room for may come from
   * networks and names with fewer here than others.
   *
   * @returns ends it
   * @throws Refusal `overloaded`, `caller_gone`
   */
  admit(turn: Turn): () => void {
    if (turn.signal?.aborted) throw this.#count('hung_up')
    if (!this.#mayBeExpected(turn)) throw this.#count('full')
    const place = this.#expected.join(undefined, turn, this.#options.now())
    return () => void this.#expected.leave(place)
  }

  /** @param isFree whether a worker has nothing to do */
  enter(item: Item, turn: Turn, isFree: boolean): void {
    this.sendLateAway()
    const why = this.#makeRoom(turn, isFree)
    if (why !== undefined) this.#turnAway(item, why)
    else this.#listen(this.#line.join(item, turn, this.#options.now()), turn.signal)
  }

  /** Who is next; stays in the line. */
  first(): Item | undefined {
    return this.#line.first()?.item
  }

  /** @returns how many milliseconds whoever is next has waited, who is out of the line now */
  take(): number {
    const place = this.#line.take()
    if (place === undefined) return 0
    this.#forget(place.item)
    return this.#options.now() - place.since
  }

  /** Others had more turns, or hashes became dearer: whoever comes back later waits no longer than this. */
  sendLateAway(): void {
    const late = this.#options.now() - patience
    for (let old = this.#line.oldest(); old && old.since < late; old = this.#line.oldest()) {
      this.#turnAway(this.#leave(old), 'too_late')
    }
  }

  /** @param milliseconds that a worker had to do with one hash; a moving mean, so that one dear hash among many does not shorten the line */
  learn(milliseconds: number): void {
    this.#meanTime += (milliseconds - this.#meanTime) / 16
  }

  /** Empties it. */
  close(reason: Refusal): void {
    for (let old = this.#line.oldest(); old !== undefined; old = this.#line.oldest()) {
      this.#leave(old).reject(reason)
    }
  }

  #mayBeExpected(turn: Turn): boolean {
    const { length } = this.#expected
    const room = this.#room
    return length < room || (length < 2 * room && this.#expected.yielding(turn) !== undefined)
  }

  /** @returns why there is none for the newcomer */
  #makeRoom(turn: Turn, isFree: boolean): TurnedAway | undefined {
    if (turn.signal?.aborted) return 'hung_up'
    if (this.#hasRoom(isFree)) return undefined
    const yielding = this.#line.yielding(turn)
    if (yielding === undefined) return 'full'
    this.#turnAway(this.#leave(yielding), 'gave_way')
    return undefined
  }

  #hasRoom(isFree: boolean): boolean {
    return (isFree && this.length === 0) || this.length < this.#bound
  }

  /** For how many there will be time: those who wait, and those whose hash is being computed. */
  get #room(): number {
    return this.#bound + this.#options.workers
  }

  get #bound(): number {
    const { workers, longest } = this.#options
    return Math.min(longest, affordableQueue(workers, this.#meanTime))
  }

  #turnAway(item: Item, why: TurnedAway): void {
    item.reject(this.#count(why))
  }

  #count(why: TurnedAway): Refusal {
    this.turnedAway[why] += 1
    return why === 'hung_up' ? new Refusal('caller_gone') : this.#comeBack()
  }

  #comeBack(): Refusal {
    return new Refusal('overloaded', {
      message: 'Too many sign-ins at once; try again later',
      retryAfter: this.#nextPromise(),
    })
  }

  /** Whole seconds. Each caller is promised a time of their own, so that they do not all come back at once. */
  #nextPromise(): number {
    const { workers, now } = this.#options
    const each = this.#meanTime / workers
    const at = now()
    const lineIsDone = at + (this.length + workers) * each
    this.#promised = Math.min(Math.max(this.#promised, lineIsDone) + each, at + longestPromise)
    return Math.max(1, Math.min(Math.ceil((this.#promised - at) / 1000), longestPromise / 1000))
  }

  #listen(place: Place<Item>, signal: AbortSignal | undefined): void {
    if (signal === undefined) return
    const leave = () => this.#turnAway(this.#leave(place), 'hung_up')
    signal.addEventListener('abort', leave, { once: true })
    this.#endings.set(place.item, () => signal.removeEventListener('abort', leave))
  }

  #leave(place: Place<Item>): Item {
    this.#line.leave(place)
    this.#forget(place.item)
    return place.item
  }

  #forget(item: Item): void {
    this.#endings.get(item)?.()
    this.#endings.delete(item)
  }
}

/** How many hashes may wait so that the last one is done in time; one for each worker at least. */
export function affordableQueue(workers: number, meanTime: number): number {
  return Math.max(workers, Math.floor((longestWait * workers) / meanTime))
}

/** Milliseconds: people take longer for a failure, and try again, which makes it worse. */
const longestWait = 5_000

/** Milliseconds that anybody waits, with which an answer within ten seconds leaves two for the rest. */
const patience = 8_000

/** Milliseconds: nobody is sent away for longer, however many others were. */
const longestPromise = 30_000

/** Milliseconds of one core for argon2id with 19 MiB and two passes, until there are measurements. */
const usualHashTime = 11.4
