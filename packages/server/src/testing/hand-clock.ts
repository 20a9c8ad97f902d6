import type { Clock } from '../core/clock.js'
import { duration, Fault } from '../settings/values.js'
import type { Instant } from '../store/schema.js'

/** A length of time, written as in settings: `'30s'`, `'15m'`, `'12h'`, `'90d'`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`

/** Stands still until it is turned. */
export class HandClock {
  #now: Instant

  constructor(start: number) {
    this.#now = start as Instant
  }

  readonly now: Clock = () => this.#now

  /** @throws TypeError for what is no duration */
  turn(by: Duration): void {
    this.#now = (this.#now + milliseconds(by)) as Instant
  }
}

function milliseconds(text: string): number {
  const seconds = length.parse(text)
  if (seconds instanceof Fault) throw new TypeError(`${JSON.stringify(text)} ${seconds.text}`)
  return seconds * 1000
}

const length = duration('0s', '36500d')
