import type { RefusalCode } from '../../errors.js'
import { endReasons } from '../../store/end-reasons.js'
import { limitKinds } from '../attempt-limits.js'
import { auditEvents } from '../audit.js'
import type { Judgement } from '../mail-delivery.js'
import { formats } from '../passwords/formats.js'
import { Counter, type Family, Histogram } from './instruments.js'

/**
 * All that is counted as it happens, and whoever can say something when they are asked. Each number's
 * labels have values of a list that is known beforehand (checklist K07).
 */
export class Measures {
  /** Of Latchkey's own routes, by the template and not by what was asked for. */
  readonly requests = new Histogram(
    {
      name: 'latchkey_http_request_duration_seconds',
      help: 'How long requests to routes of Latchkey took, by the route and the class of the status.',
    },
    { method: oneOf<string>(), route: oneOf<string>(), status: oneOf<string>() },
    requestBounds,
  )
  readonly tokenRequests = new Counter(
    {
      name: 'latchkey_token_requests_total',
      help: 'Token requests, by the grant, and by granted or the reason why not.',
    },
    { grant: oneOf<string>(), outcome: oneOf<'granted' | 'failed' | RefusalCode>() },
  )
  readonly signInsFailed = new Counter(
    {
      name: 'latchkey_sign_ins_failed_total',
      help: 'Sign-ins with wrong credentials, by what was wrong: which no caller is told.',
    },
    { reason: signInFailures },
  )
  readonly events = new Counter(
    {
      name: 'latchkey_events_total',
      help: 'Entries of the audit log that this process has written, by what happened.',
    },
    { event: auditEvents },
  )
  readonly refusedAttempts = new Counter(
    {
      name: 'latchkey_attempts_refused_total',
      help: 'Attempts that were sent away as too many, by the limit that was full.',
    },
    { limit: limitKinds },
  )
  readonly challenges = new Counter(
    {
      name: 'latchkey_challenges_total',
      help: 'Challenges at sign-ins: asked, solved, or refused because their solution was none, or too late, or used.',
    },
    { outcome: oneOf<'asked' | 'solved' | 'refused'>('asked', 'solved', 'refused') },
  )
  readonly sessionsEnded = new Counter(
    {
      name: 'latchkey_sessions_ended_total',
      help: 'Sessions that were ended, by the reason; those that had grown too old when they are cleared away.',
    },
    { reason: [...endReasons, 'expired'] },
  )
  readonly hashesReplaced = new Counter(
    {
      name: 'latchkey_password_hashes_replaced_total',
      help: 'Hashes of an older kind that a sign-in has replaced, by their format.',
    },
    { format: formats.map(({ name }) => name) },
  )
  readonly publications = new Counter(
    {
      name: 'latchkey_status_list_publications_total',
      help: 'Looks whether a status list that somebody asks for still says what is so: it was signed anew, or had not changed.',
    },
    { outcome: oneOf<'signed' | 'unchanged'>('signed', 'unchanged') },
  )
  readonly mails = new Counter(
    {
      name: 'latchkey_mails_total',
      help: 'Attempts to send a mail, by what became of it: sent, queued for another attempt, or failed.',
    },
    { state: oneOf<Judgement['state']>('sent', 'queued', 'failed') },
  )
  readonly database = new Histogram(
    {
      name: 'latchkey_database_duration_seconds',
      help: 'How long the database took for a read, or for a unit of writes until it was durable.',
    },
    { work: oneOf<'read' | 'unit'>('read', 'unit') },
  )
  readonly databaseFaults = new Counter(
    {
      name: 'latchkey_database_faults_total',
      help: 'Reads and units that the database did not do, or did not answer.',
    },
    { work: oneOf<'read' | 'unit'>('read', 'unit') },
  )
  readonly #sources: (() => Iterable<Family>)[] = []

  /** Asks `source` too, each time that somebody collects. */
  also(source: () => Iterable<Family>): void {
    this.#sources.push(source)
  }

  collect(): Family[] {
    return [
      ...this.#counted().map((instrument) => instrument.family()),
      ...this.#sources.flatMap((source) => [...source()]),
    ]
  }

  #counted() {
    return [
      this.requests,
      this.tokenRequests,
      this.signInsFailed,
      this.refusedAttempts,
      this.challenges,
      this.sessionsEnded,
      this.hashesReplaced,
      this.events,
      this.publications,
      this.mails,
      this.database,
      this.databaseFaults,
    ]
  }
}

/** Few, because there are as many of each as there are routes, methods and classes of status. */
export const requestBounds = [0.005, 0.025, 0.1, 0.5, 2.5, 10]

/** Why a sign-in has failed. */
export const signInFailures = [
  'wrong_password',
  'unknown_user',
  'user_disabled',
  'no_password',
  'hash_unreadable',
  'bcrypt_too_long',
] as const
export type SignInFailure = (typeof signInFailures)[number]

/** Values of a label: by their type where they need not be there before they first come up. */
function oneOf<Value extends string>(...values: Value[]): readonly Value[] {
  return values
}
