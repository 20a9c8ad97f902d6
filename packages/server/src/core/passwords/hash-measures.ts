import { gauge, totals } from '../measures/gauges.js'
import { Counter, type Family, Histogram } from '../measures/instruments.js'
import type { TurnedAway } from './hash-line.js'

interface Load {
  waiting: number
  computing: number
  turnedAway: Readonly<Record<TurnedAway, number>>
}

/** What is counted of a hash pool. */
export class HashMeasures {
  readonly waits = new Histogram(
    {
      name: 'latchkey_password_wait_seconds',
      help: 'How long passwords waited for their hash to begin.',
    },
    {},
  )
  readonly hashes = new Histogram(
    { name: 'latchkey_password_hash_seconds', help: 'How long hashes of passwords took.' },
    {},
  )
  readonly failures = new Counter(
    {
      name: 'latchkey_password_hash_failures_total',
      help: 'Hashes that broke off, or whose thread was lost.',
    },
    {},
  )

  #longest = 0

  /** So many wait now. */
  queued(waiting: number): void {
    this.#longest = Math.max(this.#longest, waiting)
  }

  /** The most that waited at once since this was last asked. @param waiting how many do now */
  takeLongest(waiting: number): number {
    const longest = Math.max(this.#longest, waiting)
    this.#longest = waiting
    return longest
  }

  families({ waiting, computing, turnedAway }: Load): Family[] {
    return [
      this.waits.family(),
      this.hashes.family(),
      this.failures.family(),
      gauge('latchkey_password_queue_length', 'How many passwords wait for their hash.', waiting),
      gauge('latchkey_password_hashes_running', 'How many hashes are computed.', computing),
      totals(
        'latchkey_password_turned_away_total',
        'Callers sent away without a hash: the queue was full, they gave way to a network or name with fewer waiting, it became too late, or they had hung up.',
        'reason',
        turnedAway,
      ),
    ]
  }
}
