import type { MailQueue } from '../../store/mails.js'
import type { Store } from '../../store/open.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { Recurring } from '../recurring.js'
import { most } from './gauges.js'
import type { Family } from './instruments.js'

interface Dependencies {
  store: Store
  clock: Clock
  log: Log
}

/**
 * Numbers that only the database knows. They are looked up by the clock: whoever asks for metrics waits for no
 * database, and gets none of these while it does not answer.
 */
export class StoredNumbers {
  readonly #deps: Dependencies
  readonly #looks: Recurring
  #mails: MailQueue | undefined

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

  families(): Family[] {
    const { clock } = this.#deps
    if (this.#mails === undefined) return []
    const { length, oldest } = this.#mails
    const waited = oldest === undefined ? 0 : Math.max(0, clock() - oldest) / 1000
    // All processes look at the same.
    return [
      most('latchkey_mails_waiting', `Mails in the outbox, up to ${mostMails}.`, length),
      most(
        'latchkey_mail_overdue_seconds',
        'For how long the mail that should have been sent first has been due.',
        waited,
      ),
    ]
  }

  async #look(): Promise<void> {
    const looked = this.#deps.store.mails.queue(mostMails)
    this.#mails = await looked.catch(() => undefined)
    await looked
  }
}

/** Milliseconds. */
const lookEvery = 15_000
const mostMails = 1_000
