import type { MailResult } from '../store/mails.js'
import type { Store } from '../store/open.js'
import type { Instant, MailRow } from '../store/schema.js'
import type { Clock } from './clock.js'
import { type Letter, type Letters, mayBeSentTo } from './letters.js'
import type { Log } from './log.js'
import { type Delivery, type Judgement, judgeDelivery, whyGivenUp } from './mail-delivery.js'
import type { Measures } from './measures/measures.js'
import { keptFor } from './outbox.js'
import { Recurring } from './recurring.js'

/** Hands letters over to a mail server. */
export interface MailTransport {
  /** Never throws: what went wrong is an outcome. */
  send(letter: Letter, signal: AbortSignal): Promise<Delivery>
  /** Connects and signs in, and sends nothing. @throws Error, in words for the operator */
  verify(): Promise<void>
  close(): void
}

interface Dependencies {
  store: Store
  letters: Letters
  /** Undefined where there is no mail server: then mails are kept for a while. */
  transport: MailTransport | undefined
  /** What the log says at the start where there is none. */
  hint: string | undefined
  /** Whether people wait to be signed in. */
  isBusy: () => boolean
  clock: Clock
  log: Log
  measures: Measures
}

/**
 * Sends what is in the outbox. Of several processes one has a mail in hand, for longer than sending
 * it can take. A process that dies between a mail server's answer and writing it down leaves a
 * mail that is sent once more, under the same Message-ID: a link twice does no harm, one that never
 * comes keeps somebody out.
 */
export class Postman {
  readonly #deps: Dependencies
  readonly #leaving = new AbortController()
  readonly #looks: Recurring
  #isLeaving = false
  /** Whether no mail can be sent at all, at the moment. */
  #isFailing = false
  /** How often it may still give way before the next lot. */
  #patience = 0
  /** What came of mails while the database was away. */
  readonly #unrecorded = new Map<MailRow, MailResult>()

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#looks = new Recurring({
      turn: () => this.#look(),
      every: lookEvery,
      failure: 'the outbox can not be read',
      log: deps.log,
    })
  }

  start(): void {
    const { transport, hint, log } = this.#deps
    if (transport === undefined && hint !== undefined) log.warn({}, hint)
    this.#looks.start()
  }

  /** A mail is about to be written. It is looked for when that should be done, else at the next look. */
  readonly expect = (): void => {
    if (this.#deps.transport !== undefined) this.#looks.soon(untilWritten)
  }

  /** Looks no more by itself, and waits for what is under way. */
  stop(): Promise<void> {
    return this.#looks.stop()
  }

  /** Lets what is under way come to its end for some seconds, so that the store may be closed then. */
  async close(): Promise<void> {
    this.#isLeaving = true
    const late = setTimeout(() => this.#leaving.abort(), longestFarewell)
    await this.stop()
    clearTimeout(late)
    this.#deps.transport?.close()
  }

  /** Sends all that is due, without a rest, until a failure that all mails would share. */
  async run(): Promise<void> {
    while (await this.#looks.between(() => this.#sendLot()));
  }

  async #look(): Promise<void> {
    if (this.#givesWay() || (await this.#sendLot())) this.#looks.soon(rest)
  }

  /** To who waits for their password to be checked, but not for ever: they may be too many for that. */
  #givesWay(): boolean {
    if (this.#patience === 0 || !this.#deps.isBusy()) return false
    this.#patience -= 1
    return true
  }

  /** @returns whether there may be more, and they can be sent */
  async #sendLot(): Promise<boolean> {
    if (this.#isLeaving) return false
    const { transport, store, clock } = this.#deps
    for (const [mail, result] of this.#unrecorded) {
      await this.#record(mail, result)
    }
    const at = clock()
    // Nearly always there is nothing: then nothing is written.
    if (!(await store.mails.hasDue(at))) return false
    return transport === undefined ? this.#keep(at) : this.#sendSome(at, transport)
  }

  /** @returns whether there may be more */
  async #keep(at: Instant): Promise<boolean> {
    const kept = await this.#deps.store.mails.keep(at, (at + keptFor) as Instant, atOnce)
    return kept > 0
  }

  /** @returns whether there may be more, and they can be sent */
  async #sendSome(at: Instant, transport: MailTransport): Promise<boolean> {
    // One alone tries whether it works again.
    const some = this.#isFailing ? 1 : atOnce
    this.#patience = longestPatience
    const mails = await this.#deps.store.mails.take(at, (at + holdFor) as Instant, some)
    const all = await Promise.allSettled(mails.map((mail) => this.#handle(mail, transport)))
    for (const each of all) if (each.status === 'rejected') throw each.reason
    return mails.length > 0 && !this.#isFailing
  }

  async #handle(mail: MailRow, transport: MailTransport): Promise<void> {
    const letter = this.#letterOf(mail)
    const delivery =
      'outcome' in letter ? letter : await transport.send(letter, this.#leaving.signal)
    const at = this.#deps.clock()
    const judgement = judgeDelivery(mail, delivery, at)
    this.#tell(mail, judgement)
    if (delivery.outcome === 'unreachable') this.#failed(delivery.fault)
    else if (letter !== delivery) this.#succeeded()
    await this.#record(mail, resultOf(mail, judgement, at))
  }

  /** While the database is away it is remembered, and written down before anything else is sent. */
  async #record(mail: MailRow, result: MailResult): Promise<void> {
    this.#unrecorded.set(mail, result)
    await this.#deps.store.mails.settle(mail, result)
    this.#unrecorded.delete(mail)
  }

  /** Or why there is nothing to send. */
  #letterOf(mail: MailRow): Letter | Delivery {
    const { letters, clock, log } = this.#deps
    const givenUp = whyGivenUp(mail, clock())
    if (givenUp !== undefined) return { outcome: 'refused', fault: givenUp }
    if (!mayBeSentTo(mail.address)) return { outcome: 'refused', fault: 'its address is none' }
    try {
      const newer: Delivery = { outcome: 'deferred', fault: 'only a newer version can write it' }
      return letters.of(mail) ?? newer
    } catch (error) {
      log.error({ err: error, mail: mail.id }, 'a mail can not be written')
      return { outcome: 'deferred', fault: 'it can not be written: the log says why' }
    }
  }

  /** By its id: neither who gets it nor what is in it (checklist K01). */
  #tell({ id, kind }: MailRow, { state, fault }: Judgement): void {
    const { log, measures } = this.#deps
    measures.mails.add({ state })
    const fields = { mail: id, kind, ...(fault !== null && { fault }) }
    if (state === 'failed') log.warn(fields, 'a mail is given up')
    else log.debug(fields, state === 'sent' ? 'a mail is sent' : 'a mail has to wait')
  }

  #failed(fault: string): void {
    const { log } = this.#deps
    if (!this.#isFailing && !this.#isLeaving) log.error({ fault }, 'mails can not be sent')
    this.#isFailing = true
  }

  #succeeded(): void {
    if (this.#isFailing) this.#deps.log.info({}, 'mails are sent again')
    this.#isFailing = false
  }
}

function resultOf(mail: MailRow, { state, wait, fault }: Judgement, at: Instant): MailResult {
  return {
    state,
    fault,
    attempts: mail.attempts + 1,
    due_at: (at + wait) as Instant,
    sent_at: state === 'sent' ? at : null,
  }
}

/** Mails in one lot. */
const atOnce = 20

/** Milliseconds. */
const lookEvery = 2_000
/** Until a mail that was composed is written. */
const untilWritten = 100
/** Between two lots: thousands of mails are not to take the processor from those who sign in. */
const rest = 250
/** Rests between two lots where people wait to be signed in: ten mails a second go out whatever happens. */
const longestPatience = 8
/** Longer than a transport tries to hand one over, and the others of its lot before it. */
const holdFor = 5 * 60_000
const longestFarewell = 5_000
