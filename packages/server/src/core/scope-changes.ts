import type { Store } from '../store/open.js'
import type { Instant, ScopeChangeRow } from '../store/schema.js'
import type { ConcernedSession } from '../store/scope-changes.js'
import type { Log } from './log.js'
import { Recurring } from './recurring.js'
import { concerns, parseScope, scopesOfUser } from './scopes.js'

interface Dependencies {
  store: Store
  log: Log
}

/**
 * Lets the sessions of a client hear that its scopes have changed, spread over the life of a token,
 * so that millions of them do not refresh at once, or that it is not served any more. Whichever process comes first does a part of it;
 * how far it went is in the database, so that another goes on where one has stopped.
 */
export class ScopeChanges {
  readonly #deps: Dependencies
  readonly #turns: Recurring

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#turns = new Recurring({
      turn: () => this.run(),
      every: tellEvery,
      failure: 'sessions can not be told of changed scopes',
      log: deps.log,
    })
  }

  start(): void {
    this.#turns.start()
  }

  stop(): Promise<void> {
    return this.#turns.stop()
  }

  /** Tells the sessions whose turn has come. */
  async run(): Promise<void> {
    const { scopeChanges } = this.#deps.store
    for (const change of await scopeChanges.pending()) {
      const due = Math.min(slicesDue(change, change.now), change.slice + atOnce)
      if (due > change.slice && (await scopeChanges.hold(change.id, holdFor))) {
        await this.#tell(change, due)
      }
    }
  }

  async #tell(change: ScopeChangeRow, due: number): Promise<void> {
    const { scopeChanges } = this.#deps.store
    const before = (change.at + settling) as Instant
    for (let slice = change.slice; slice < due; slice += inOneQuery) {
      await this.#tellUsers(change, boundsOf(slice, Math.min(due, slice + inOneQuery)), before)
    }
    if (due === slices) await scopeChanges.forget(change.id)
    else await scopeChanges.release(change.id, due)
  }

  async #tellUsers(change: ScopeChangeRow, users: Bounds, before: Instant): Promise<void> {
    const { scopeChanges } = this.#deps.store
    const of = { clientId: change.client_id, users, before }
    let after: ConcernedSession | undefined
    do {
      const sessions = await scopeChanges.sessions(of, after, batch)
      const concerned = sessions.filter((session) => isConcerned(session, change))
      const ids = concerned.map(({ id }) => id)
      await scopeChanges.mark(ids, before)
      after = sessions.length < batch ? undefined : sessions.at(-1)
    } while (after !== undefined)
  }
}

function isConcerned(
  { scope, user_scopes: scopes }: ConcernedSession,
  change: ScopeChangeRow,
): boolean {
  if (change.scopes === everything) return true
  return concerns(parseScope(change.scopes), scope, scopesOfUser({ scopes }))
}

/** Sessions are told by their users' ids, which are random and in hex: as many slices as three digits make. */
export const slices = 16 ** 3

/** Instead of the changed scopes: the client was disabled or deleted, and its tokens hold nothing any more. */
export const everything = ''

/** Milliseconds. Requests that have read the client's scopes of before are over by then. */
export const settling = 15_000

type Bounds = [first: string | undefined, end: string | undefined]

/** How many slices of a change are to be told by now. */
export function slicesDue(
  { at, spread }: Pick<ScopeChangeRow, 'at' | 'spread'>,
  now: number,
): number {
  const passed = now - at - settling
  if (passed < 0) return 0
  return passed >= spread ? slices : Math.floor((passed / spread) * slices) + 1
}

/**
 * The users whose sessions are those slices: the first, and the first that is not among them.
 * Whatever the ids look like, each falls into one slice: the first and the last have no outer bound.
 */
export function boundsOf(slice: number, end: number): Bounds {
  return [slice === 0 ? undefined : digitsOf(slice), end === slices ? undefined : digitsOf(end)]
}

function digitsOf(slice: number): string {
  return slice.toString(16).padStart(3, '0')
}

/** Milliseconds. */
const tellEvery = 2_000
const holdFor = 30_000

/** Slices in one go, and sessions in one unit. */
const atOnce = 256
/** A query reads all sessions of these users, whoever their client is: of ten million some forty thousand. */
const inOneQuery = 16
const batch = 500
