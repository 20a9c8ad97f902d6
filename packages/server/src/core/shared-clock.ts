import type { Store } from '../store/open.js'
import type { Instant } from '../store/schema.js'
import { type Clock, systemClock } from './clock.js'
import type { Log } from './log.js'

export interface ClockInUse {
  clock: Clock
  /** Reads the database's clock, and sets the other by it. */
  readTime: () => Promise<Instant>
}

/**
 * The clock that all of core goes by, set already.
 *
 * @param given stays as it is, in place of the machine's
 */
export async function openClock(
  store: Store,
  log: Log,
  given: Clock | undefined,
): Promise<ClockInUse> {
  const databaseClock = () => store.changes.now()
  if (given !== undefined) return { clock: given, readTime: databaseClock }
  const shared = new SharedClock(systemClock, (away) =>
    log.warn(
      { seconds: Math.round(away / 1000) },
      "this machine's clock is away from the database's, by which all nodes go: it should be set",
    ),
  )
  const readTime = () => shared.read(databaseClock)
  await readTime()
  return { clock: shared.now, readTime }
}

/**
 * The time by the database's clock, so that nodes whose machines disagree say the same in their
 * tokens. Each reading of the database's clock bounds how far it is from this machine's: it was read
 * after it was asked for, and before it was answered. The narrowest of the last readings holds.
 */
export class SharedClock {
  readonly #machine: Clock
  readonly #onFarOff: (milliseconds: number) => void
  #bounds: Bounds[] = []
  #offset = 0
  #isFarOff = false

  /** @param onFarOff told once when this machine's clock turns out to be seconds away */
  constructor(machine: Clock, onFarOff: (milliseconds: number) => void) {
    this.#machine = machine
    this.#onFarOff = onFarOff
  }

  readonly now: Clock = () => (this.#machine() + this.#offset) as Instant

  /** Reads the database's clock, and goes by it from then on. */
  async read(databaseClock: () => Promise<Instant>): Promise<Instant> {
    const asked = this.#machine()
    const time = await databaseClock()
    // It tells whole milliseconds that have begun.
    this.#take({ least: time - this.#machine(), most: time + 1 - asked })
    return time
  }

  #take(bounds: Bounds): void {
    // This machine's clock was set back meanwhile: the reading says nothing.
    if (bounds.least > bounds.most) return
    // Bounds that exclude each other: one of the clocks was set, or the database is on another machine.
    if (this.#bounds.some((other) => !meet(other, bounds))) this.#bounds = []
    this.#bounds = [...this.#bounds, bounds].slice(-remembered)
    this.#offset = offsetWithin(this.#bounds.reduce(narrower))
    const isFarOff = Math.abs(this.#offset) > farOff
    if (isFarOff && !this.#isFarOff) this.#onFarOff(this.#offset)
    this.#isFarOff = isFarOff
  }
}

/** Milliseconds between which the database's clock is ahead of this machine's. */
interface Bounds {
  least: number
  most: number
}

/** So few that clocks do not drift apart meanwhile. */
const remembered = 20

/** Milliseconds by which clocks may differ before somebody should look at them. */
const farOff = 5_000

function meet(one: Bounds, other: Bounds): boolean {
  return one.least <= other.most && other.least <= one.most
}

function narrower(one: Bounds, other: Bounds): Bounds {
  return other.most - other.least < one.most - one.least ? other : one
}

/** None where the clocks may well agree, as on one machine. */
function offsetWithin({ least, most }: Bounds): number {
  return least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2)
}
