import { auditEvents } from './core/audit.js'
import type { Clock } from './core/clock.js'
import type { Keys } from './core/keys.js'
import type { Log } from './core/log.js'
import { gauge, gauges, most } from './core/measures/gauges.js'
import type { Family } from './core/measures/instruments.js'
import type { Lifetimes } from './core/measures/live-sessions.js'
import { Measures } from './core/measures/measures.js'
import { StatisticsRecorder } from './core/measures/statistics-recorder.js'
import { StoredNumbers } from './core/measures/stored-numbers.js'
import type { HashPool } from './core/passwords/hash-pool.js'
import { Statistics } from './core/statistics.js'
import type { StatusLists } from './core/status-lists.js'
import { type Tracing, untraced } from './core/tracing.js'
import type { EventLoopDelay } from './event-loop-delay.js'
import type { Primary } from './primary.js'
import { ProcessMeasures } from './process-measures.js'
import type { DatabaseLoad } from './store/database.js'
import type { Hearing } from './store/heard.js'
import type { Store } from './store/open.js'

interface Measured {
  store: Store
  log: Log
  lifetimes: Lifetimes
  hashPool: HashPool
  keys: Keys
  statusLists: StatusLists
  clock: Clock
}

/** What is kept of what is counted. */
export interface Recorded {
  readonly statistics: Statistics
  readonly statisticsRecorder: StatisticsRecorder
}

/** What is counted, and what is looked up when somebody asks. */
export class Metrics {
  readonly measures = new Measures()
  /** What the database does is counted as it happens. */
  readonly hearing: Hearing
  readonly #database = {
    read: this.measures.database.of({ work: 'read' }),
    unit: this.measures.database.of({ work: 'unit' }),
  }
  #stored: StoredNumbers | undefined
  #recorder: StatisticsRecorder | undefined

  constructor(tracing: Tracing, eventLoop: EventLoopDelay) {
    this.hearing = this.#hear(tracing)
    this.measures.also(new ProcessMeasures(eventLoop).families)
  }

  watch({ store, hashPool, keys, statusLists, clock, log, lifetimes }: Measured): Recorded {
    const stored = new StoredNumbers({ store, clock, log, lifetimes })
    this.#stored = stored
    const counted = { measures: this.measures, passwords: hashPool.measures }
    const passwordsWaiting = () => hashPool.measures.takeLongest(hashPool.waiting)
    const shared = { store, clock, log }
    const recorder = new StatisticsRecorder({ ...shared, counted, stored, passwordsWaiting })
    this.#recorder = recorder
    this.measures.also(() => stored.families())
    this.measures.also(() => hashPool.families())
    this.measures.also(() => loadOf(store.load()))
    this.measures.also(function* () {
      if (!keys.loaded) return
      yield* ages(keys, statusLists, clock())
    })
    const statistics = new Statistics({ store, clock, latest: () => stored.latest })
    return { statistics, statisticsRecorder: recorder }
  }

  ofAll(primary: Primary | undefined): () => Promise<readonly Family[]> {
    const own = () => this.measures.collect()
    return primary?.measuresOfAll(own) ?? (async () => own())
  }

  async start(): Promise<void> {
    await this.#stored?.start()
    this.#recorder?.start()
  }

  async stop(): Promise<void> {
    await this.#stored?.stop()
    await this.#recorder?.stop()
  }

  #hear(tracing: Tracing): Hearing {
    return {
      around:
        tracing === untraced
          ? undefined
          : (work, run) => tracing.within(`latchkey.database.${work}`, run),
      worked: (work, milliseconds, failed) => {
        this.#database[work].observe(milliseconds / 1000)
        if (failed) this.measures.databaseFaults.add({ work })
      },
      recorded: (name) => {
        const event = auditEvents.find((known) => known === name)
        if (event !== undefined) this.measures.events.add({ event })
      },
      ended: (reason, sessions) => this.measures.sessionsEnded.add({ reason }, sessions),
    }
  }
}

function* loadOf({ waiting, connections }: DatabaseLoad): Iterable<Family> {
  yield gauge(
    'latchkey_database_queue_length',
    'Reads and units that wait for a connection; with SQLite, units that are not written yet.',
    waiting,
  )
  if (connections === undefined) return
  const help = 'Connections to PostgreSQL.'
  yield gauges('latchkey_database_connections', help, 'state', { ...connections })
}

/** In a process that serves; a command has loaded no keys. */
function* ages(keys: Keys, statusLists: StatusLists, now: number): Iterable<Family> {
  const feedAge = (now - statusLists.knownAt) / 1000
  const signing = keys.ring.keys.find(({ state }) => state === 'signing')
  if (signing !== undefined) {
    const age = (now - signing.row.signs_from) / 1000
    yield most('latchkey_signing_key_age_seconds', 'For how long the present key has signed.', age)
  }
  yield* [
    most(
      'latchkey_revocation_feed_age_seconds',
      'How long ago the sign-outs of other processes were last read.',
      feedAge,
    ),
    gauge('latchkey_status_lists', 'How many status lists there are.', statusLists.numbers.length),
  ]
}
