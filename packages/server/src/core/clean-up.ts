import type { Settings } from '../settings/settings.js'
import type { AgingSession } from '../store/clean-up.js'
import type { Store } from '../store/open.js'
import type { AuditSealRow, Instant } from '../store/schema.js'
import type { Log } from './log.js'
import type { Measures } from './measures/measures.js'
import { keptFor, spans } from './measures/spans.js'
import { Recurring } from './recurring.js'
import type { StatusLists } from './status-lists.js'
import { supplyParts } from './user-parts.js'

interface Dependencies {
  store: Store
  lists: StatusLists
  log: Log
  limits: CleanUpLimits
  measures: Pick<Measures, 'sessionsEnded'>
}

/** Milliseconds. */
export interface CleanUpLimits {
  /** Of sessions whose clients have no lifetimes of their own. */
  idle: number
  session: number
  /** How long an access token, and what any process remembers of it, may need what it came from. */
  memory: number
  /** Undefined to keep the audit log for ever. */
  audit: number | undefined
}

export function cleanUpLimits(
  settings: Pick<Settings, 'refreshIdleTtl' | 'sessionTtl' | 'auditTtl'>,
  memory: number,
): CleanUpLimits {
  const { refreshIdleTtl, sessionTtl, auditTtl } = settings
  return {
    idle: refreshIdleTtl * 1000,
    session: sessionTtl * 1000,
    memory,
    audit: auditTtl === 'off' ? undefined : auditTtl * 1000,
  }
}

/** What a step has deleted, and where the next one goes on; undefined where the pass is over. */
interface Step {
  removed: number
  next: string | undefined
}

/** One kind of rows that have to go; each step is short, and a unit of its own. */
type Sweep = (position: string, now: Instant) => Promise<Step>

/**
 * Deletes what nothing needs any more, so that tables are bounded by what is alive. Whichever process
 * comes first takes the next step; how far each sweep is stands in the database.
 */
export class CleanUp {
  readonly #deps: Dependencies
  /** By name. A table that grows has its line here. */
  readonly #sweeps: Readonly<Record<string, Sweep>>
  readonly #turns: Recurring
  #prepared = false

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#turns = new Recurring({
      turn: () => this.run(),
      every: lookEvery,
      failure: 'the clean-up can not go on',
      log: deps.log,
    })
    this.#sweeps = {
      sessions: (position, now) => this.#sweepSessions(position, now),
      audit: (_, now) => this.#sweepAudit(now),
      changes: (_, now) => this.#sweepChanges(now),
      client_secrets: (position, now) => this.#sweepSecrets(position, now),
      statuses: (_, now) => this.#sweepStatuses(now),
      mails: (_, now) => this.#sweepMails(now),
      links: (_, now) => this.#sweepLinks(now),
      attempts: (position) => this.#sweepAttempts(position),
      statistics: (_, now) => this.#sweepStatistics(now),
      // Deletes nothing: it adds what a release without a search leaves out.
      user_parts: async (position) => ({
        removed: 0,
        next: await supplyParts(deps.store, position),
      }),
    }
  }

  start(): void {
    this.#turns.start()
  }

  stop(): Promise<void> {
    return this.#turns.stop()
  }

  /** Takes one step of each sweep whose turn has come. */
  async run(): Promise<void> {
    const { cleanUp } = this.#deps.store
    if (!this.#prepared) await cleanUp.prepare(Object.keys(this.#sweeps), firstWait)
    this.#prepared = true
    for (const name of await cleanUp.due()) {
      const sweep = this.#sweeps[name]
      // What a newer release sweeps is left to it.
      if (sweep !== undefined) await this.#step(name, sweep)
    }
  }

  async #step(name: string, sweep: Sweep): Promise<void> {
    const { store, log } = this.#deps
    const held = await store.cleanUp.take(name, holdFor)
    if (held === undefined) return
    const { removed, next } = await sweep(held.position, held.now)
    const total = held.removed + removed
    log.debug({ sweep: name, removed }, 'cleaned up')
    if (next !== undefined) {
      await store.cleanUp.leave(held, { position: next, removed: total, rest: restAfter(removed) })
      return
    }
    await store.cleanUp.leave(held, { position: '', removed: 0, rest: passEvery })
    if (total > 0) log.info({ sweep: name, removed: total }, 'a clean-up went through')
  }

  async #sweepSessions(position: string, now: Instant): Promise<Step> {
    const { store, limits, measures } = this.#deps
    const sessions = await store.cleanUp.sessionsAfter(position, atOnce)
    const dead = sessions.filter((session) => isForgettable(session, now, limits))
    // Between the look and the deletion somebody may have been let in again: by longer lifetimes.
    const before = (now - limits.memory) as Instant
    const ids = dead.map(({ id }) => id)
    const forgotten = await store.cleanUp.forgetSessions(ids, before)
    const expired = forgotten.filter(({ ended_at }) => ended_at === null).length
    measures.sessionsEnded.add({ reason: 'expired' }, expired)
    return { removed: forgotten.length, next: lastOf(sessions) }
  }

  /** Whole seals, so that what is left can be verified from the first of them on. */
  async #sweepAudit(now: Instant): Promise<Step> {
    const { audit } = this.#deps.limits
    const { auditSeals } = this.#deps.store
    if (audit === undefined) return { removed: 0, next: undefined }
    const oldest = await auditSeals.oldest(atOnce + 1)
    // The newest of all stays, so that the next one has what it goes on from.
    const last = lastForgettable(oldest.slice(0, -1), now - audit, atOnce)
    if (oldest[0] === undefined || last === undefined) return { removed: 0, next: undefined }
    return { removed: await auditSeals.forget(oldest[0].number, last), next: '' }
  }

  async #sweepChanges(now: Instant): Promise<Step> {
    const { store, limits } = this.#deps
    const before = (now - limits.memory) as Instant
    const removed = await store.cleanUp.forgetChanges(before, atOnce)
    return { removed, next: removed === atOnce ? '' : undefined }
  }

  async #sweepSecrets(position: string, now: Instant): Promise<Step> {
    const { cleanUp } = this.#deps.store
    const secrets = (await cleanUp.secretsAfter(position, atOnce)).map((id) => ({ id }))
    const ids = secrets.map(({ id }) => id)
    return { removed: await cleanUp.forgetSecrets(ids, now), next: lastOf(secrets) }
  }

  async #sweepStatuses(now: Instant): Promise<Step> {
    const removed = await this.#deps.lists.tidy(now, atOnce)
    return { removed, next: removed === atOnce ? '' : undefined }
  }

  async #sweepMails(now: Instant): Promise<Step> {
    const { cleanUp } = this.#deps.store
    const counts: number[] = []
    for (const state of ['sent', 'failed', 'kept'] as const) {
      counts.push(await cleanUp.forgetMails(state, now, atOnce))
    }
    const removed = counts.reduce((sum, count) => sum + count)
    return { removed, next: counts.includes(atOnce) ? '' : undefined }
  }

  async #sweepAttempts(position: string): Promise<Step> {
    const { cleanUp } = this.#deps.store
    const keys = await cleanUp.attemptsAfter(position, atOnce)
    return { removed: await cleanUp.forgetAttempts(keys), next: lastOf(keys.map((id) => ({ id }))) }
  }

  /** So few that they go at once. */
  async #sweepStatistics(now: Instant): Promise<Step> {
    const { statistics } = this.#deps.store
    let removed = await statistics.forgetWriters((now - writersStay) as Instant)
    for (const span of Object.values(spans)) {
      removed += await statistics.forget(span.step, (now - keptFor(span)) as Instant)
    }
    return { removed, next: undefined }
  }

  async #sweepLinks(now: Instant): Promise<Step> {
    const { cleanUp } = this.#deps.store
    const removed = await cleanUp.forgetLinks((now - linksStay) as Instant, atOnce)
    return { removed, next: removed === atOnce ? '' : undefined }
  }
}

/**
 * Whether nobody can ask for a session any more: it has ended, or is past its lifetimes, and so are
 * the access tokens that it got, the last of them for a refresh token that was repeated.
 */
export function isForgettable(
  session: Omit<AgingSession, 'id'>,
  now: number,
  { idle, session: longest, memory }: Omit<CleanUpLimits, 'audit'>,
): boolean {
  const { created_at: created, last_used_at: used, ended_at: ended } = session
  if (now - Math.max(used, ended ?? used) <= memory) return false
  return (
    ended !== null ||
    now - used > milliseconds(session.refresh_idle_ttl, idle) ||
    now - created > milliseconds(session.session_ttl, longest)
  )
}

/**
 * The last of the oldest seals that may go together: all of whose entries are from before a time,
 * and not too many. One may go whatever it holds.
 */
export function lastForgettable(
  seals: readonly Pick<AuditSealRow, 'number' | 'entries' | 'latest_at'>[],
  before: number,
  most: number,
): number | undefined {
  let last: number | undefined
  let entries = 0
  for (const seal of seals) {
    entries += seal.entries
    if (seal.latest_at >= before || (last !== undefined && entries > most)) break
    last = seal.number
  }
  return last
}

function milliseconds(own: number | null, otherwise: number): number {
  return own === null ? otherwise : own * 1000
}

/** Where to go on after these; nowhere after the last. */
function lastOf(rows: readonly { id: string }[]): string | undefined {
  return rows.length < atOnce ? undefined : rows.at(-1)?.id
}

/** Milliseconds for which a link that has expired can be told from one that never was. */
const linksStay = 24 * 60 * 60 * 1000

/** Milliseconds: longer than any process takes to write again what it has begun to. */
const writersStay = 24 * 60 * 60 * 1000

/** Rows in one step. */
const atOnce = 1_000

/**
 * Milliseconds. Ten million sessions take ten thousand steps: some seven hours with these rests. Where every
 * tenth row has gone there is something to catch up with.
 */
function restAfter(removed: number): number {
  return removed > atOnce / 10 ? 0 : 2_000
}

const lookEvery = 1_000
const passEvery = 60 * 60 * 1000
/** A start has more important things to do. */
const firstWait = 60_000
/** Longer than a step can take: what waits for the database gives up before. */
const holdFor = 30_000
