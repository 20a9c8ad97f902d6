import type { SampledSession } from '../../store/clean-up.js'
import type { MailQueue } from '../../store/mails.js'
import type { Store } from '../../store/open.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { Recurring } from '../recurring.js'
import { most } from './gauges.js'
import type { Family } from './instruments.js'
import { type Lifetimes, liveSessions } from './live-sessions.js'

interface Dependencies {
  store: Store
  clock: Clock
  log: Log
  /** Of sessions whose clients have none of their own. */
  lifetimes: Lifetimes
}

export interface LatestNumbers {
  /** Counted, or estimated where there are many. */
  activeSessions: number
  mailsWaiting: number
}

/** What was found at one look. */
interface Found {
  readonly mails: MailQueue
  readonly sessions: readonly SampledSession[]
}

/**
 * Numbers that only the database knows. They are looked up by the clock: whoever asks for metrics waits for no
 * database, and gets none of these while it does not answer.
 */
export class StoredNumbers {
  readonly #deps: Dependencies
  readonly #looks: Recurring
  #found: Found | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#looks = new Recurring({
      turn: () => this.#look(),
      every: lookEvery,
      failure: 'numbers for the metrics can not be looked up',
      log: deps.log,
    })
  }

  /** Has them when it returns. */
  async start(): Promise<void> {
    this.#looks.start()
    await this.#looks.now()
  }

  stop(): Promise<void> {
    return this.#looks.stop()
  }

  /** Undefined while the database does not answer. */
  get latest(): LatestNumbers | undefined {
    if (this.#found === undefined) return undefined
    const { mails, sessions } = this.#found
    const { clock, lifetimes } = this.#deps
    const active = liveSessions(sessions, mostSessions, clock(), lifetimes)
    return { activeSessions: active, mailsWaiting: mails.length }
  }

  families(): Family[] {
    const { latest } = this
    if (this.#found === undefined || latest === undefined) return []
    const now = this.#deps.clock()
    const { since = now } = this.#found.mails
    // All processes look at the same.
    return [
      most(
        'latchkey_sessions_live',
        `Sessions that could be refreshed: counted, or estimated from ${mostSessions} where there are more.`,
        latest.activeSessions,
      ),
      most(
        'latchkey_mails_waiting',
        `Mails in the outbox, up to ${mostMails}.`,
        latest.mailsWaiting,
      ),
      most(
        'latchkey_mail_wait_seconds',
        'For how long the oldest mail in the outbox has waited, attempts that failed included.',
        Math.max(0, now - since) / 1000,
      ),
    ]
  }

  async #look(): Promise<void> {
    const { mails, cleanUp } = this.#deps.store
    const looked = Promise.all([mails.queue(mostMails), cleanUp.sampleSessions(mostSessions)])
    this.#found = await looked.then(
      ([mails, sessions]) => ({ mails, sessions }),
      () => undefined,
    )
    await looked
  }
}

/** Milliseconds. */
const lookEvery = 30_000
const mostMails = 1_000
const mostSessions = 1_000
