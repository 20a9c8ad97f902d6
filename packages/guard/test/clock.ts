import { setTimeout as realTime } from 'node:timers/promises'
import type { Schedule } from '../src/schedule.js'
import { noon } from './tokens.js'

interface Timer {
  readonly due: number
  readonly milliseconds: number
  readonly task: () => void
}

/** A clock that stands still until it is turned, with the timers that go by it. */
export class Clock {
  #milliseconds = noon * 1000
  readonly #timers = new Set<Timer>()

  readonly now = (): number => this.#milliseconds

  readonly schedule: Schedule = (task, milliseconds) => {
    const timer = { due: this.#milliseconds + milliseconds, milliseconds, task }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** What is waited for, in the milliseconds that it was to take. */
  get waiting(): readonly number[] {
    return [...this.#timers].map(({ milliseconds }) => milliseconds)
  }

  /** Turns it in one go. What that sets going is not waited for. */
  jump(seconds: number): void {
    this.#milliseconds += seconds * 1000
    for (const timer of [...this.#timers].sort((one, other) => one.due - other.due)) {
      if (timer.due <= this.#milliseconds && this.#timers.delete(timer)) timer.task()
    }
  }

  /** Turns it bit by bit, and lets everything happen that each bit sets going on this machine. */
  async turn(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 0.5) {
      this.jump(Math.min(left, 0.5))
      for (let round = 0; round < 5; round++) await realTime(1)
    }
  }
}

/**
 * Waits for something that happens by itself, and no longer than ten seconds, or some rounds.
 *
 * @throws Error (by rejection) if it has not happened
 */
export async function until(
  happened: () => boolean | Promise<boolean>,
  rounds = 2000,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    if (await happened()) return
    await realTime(5)
  }
  throw new Error(`this has not happened: ${happened}`)
}
