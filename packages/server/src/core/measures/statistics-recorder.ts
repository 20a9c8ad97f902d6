import type { Store } from '../../store/open.js'
import type { Instant, StatisticRow } from '../../store/schema.js'
import type { StatisticsBatch } from '../../store/statistics.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { randomId } from '../random.js'
import { Recurring } from '../recurring.js'
import { type Counted, figureName, figuresOf } from './figures.js'
import { spans, startOf } from './spans.js'
import type { StoredNumbers } from './stored-numbers.js'

interface Dependencies {
  store: Store
  clock: Clock
  log: Log
  counted: Counted
  stored: Pick<StoredNumbers, 'latest'>
  passwordsWaiting: () => number
}

/**
 * Adds what this process counts to what is kept of all, every few seconds, and nothing where nothing has happened.
 * A batch of which the database does not say that it has it is written again: it counts once.
 */
export class StatisticsRecorder {
  readonly #deps: Dependencies
  readonly #turns: Recurring
  readonly #id = randomId()
  #before: ReadonlyMap<string, number>
  #unsettled: StatisticsBatch | undefined
  #batches = 0
  #minute = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#before = figuresOf(deps.counted)
    this.#turns = new Recurring({
      turn: () => this.#turn(),
      every: writeEvery,
      failure: 'statistics can not be written',
      log: deps.log,
    })
  }

  start(): void {
    this.#turns.start()
  }

  /** Writes what there is. Never rejects: what the database does not take is tried again at the next turn. */
  now(): Promise<void> {
    return this.#turns.now()
  }

  /** Writes what was counted last, too. */
  async stop(): Promise<void> {
    await this.#turns.stop()
    await this.now()
  }

  async #turn(): Promise<void> {
    if (this.#unsettled !== undefined) await this.#write(this.#unsettled)
    const batch = this.#next()
    if (batch !== undefined) await this.#write(batch)
  }

  async #write(batch: StatisticsBatch): Promise<void> {
    this.#unsettled = batch
    await this.#deps.store.statistics.add(batch)
    this.#unsettled = undefined
  }

  /** What goes up and down is said each minute, and with what was counted. */
  #next(): StatisticsBatch | undefined {
    const now = this.#deps.clock()
    const figures = figuresOf(this.#deps.counted)
    const counted = [...figures].flatMap(([figure, value]): [string, number][] => {
      const more = value - (this.#before.get(figure) ?? 0)
      return more > 0 ? [[figure, more]] : []
    })
    this.#before = figures
    const minute = startOf(now, spans.hour.step)
    if (counted.length === 0 && minute === this.#minute) return undefined
    this.#minute = minute
    this.#batches += 1
    return {
      writer: this.#id,
      number: this.#batches,
      counts: rowsOf(counted, now),
      peaks: rowsOf(this.#peaks(), now),
    }
  }

  #peaks(): [string, number][] {
    const { stored, passwordsWaiting } = this.#deps
    const waiting: [string, number] = [figureName('passwords', 'waiting'), passwordsWaiting()]
    const { latest } = stored
    if (latest === undefined) return [waiting]
    return [
      waiting,
      [figureName('sessions', 'active'), latest.activeSessions],
      [figureName('mails', 'waiting'), latest.mailsWaiting],
    ]
  }
}

/** Each number for the step of each span that it falls into. */
function rowsOf(figures: readonly [string, number][], now: Instant): StatisticRow[] {
  return Object.values(spans).flatMap(({ step }) =>
    figures.map(([figure, value]) => ({
      step,
      start: startOf(now, step) as Instant,
      figure,
      value,
    })),
  )
}

/** Milliseconds. */
const writeEvery = 10_000
