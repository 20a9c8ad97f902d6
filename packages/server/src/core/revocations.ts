import type { Claims, TokenStatus } from '@latchkey/guard'
import type { Watch } from '../store/database.js'
import type { Store } from '../store/open.js'
import type { ChangeRow, Instant, StatusPlace } from '../store/schema.js'
import type { Clock } from './clock.js'
import type { Log } from './log.js'
import { claimsChanged, revoked, type StatusLists } from './status-lists.js'

interface Dependencies {
  store: Store
  /** Kept up with what the feed says. */
  lists: StatusLists
  clock: Clock
  /** Reads the database's clock, and sets ours by it. */
  readTime: () => Promise<Instant>
  log: Log
  /** Milliseconds for which what has ended is remembered. */
  memory: number
  /** Milliseconds between two looks at the feed; other processes' sign-outs hold within a second. */
  pollEvery?: number | undefined
}

/**
 * Which access tokens are no good although they have not expired: what the guard asks at every
 * request, so it is answered from memory. This process hears of its own changes at once, and of
 * other processes' by the change feed.
 */
export class Revocations {
  readonly #deps: Dependencies
  /** Ended sessions and tokens, each with the time of the change; an id means one of them only. */
  readonly #ended = new Map<string, Instant>()
  #blockedClients: ReadonlySet<string> = new Set()
  #lookedAt = 0 as Instant
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #failing = false
  #watch: Watch | undefined
  #pause: NodeJS.Timeout | undefined
  #heard = false
  #stopped = false

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Reads what has ended within the life of a token, and goes on listening. */
  async start(): Promise<void> {
    const { store, log, pollEvery = usualPoll } = this.#deps
    // Before the reading: what is told of meanwhile is heard of.
    this.#watch = await store.changes.watch(this.#hear)
    if (this.#watch === undefined && store.engine === 'PostgreSQL') {
      log.info({}, 'the database has no notifications: other nodes are heard of by polling alone')
    }
    await this.#read()
    this.#timer = setInterval(() => void this.look(), pollEvery)
    this.#timer.unref()
  }

  /** Waits for a look that is under way, so that the store may be closed then. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    clearTimeout(this.#pause)
    await this.#watch?.stop()
    await this.#looking
  }

  /**
   * Reads what other processes have ended since the last look. Verification goes on while the
   * database is away; the log says so once. Whoever asks during a look waits for that one.
   */
  readonly look = (): Promise<void> => {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** The same for who must see all that was there at this moment: a look under way may have read before. */
  readonly lookAnew = async (): Promise<void> => {
    await this.#looking
    if (!this.#stopped) await this.look()
  }

  /** Looks at once, but in a storm of changes not without a pause: each look reads a little of the past. */
  readonly #hear = (): void => {
    this.#heard = true
    if (this.#pause !== undefined || this.#stopped) return
    this.#heard = false
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      if (this.#heard) this.#hear()
    }, pauseAfterHearing)
    this.#pause.unref()
    void this.lookAnew()
  }

  async #look(): Promise<void> {
    try {
      await this.#read()
      this.#failing = false
    } catch (error) {
      if (!this.#failing) this.#deps.log.error({ err: error }, 'the change feed can not be read')
      this.#failing = true
    }
  }

  /** For the guard. */
  readonly status = (claims: Claims): TokenStatus => {
    const ended = this.#ended.has(claims.sid ?? claims.jti ?? '')
    const blocked = this.#blockedClients.size > 0 && this.#isBlocked(claims)
    return ended || blocked ? 'revoked' : this.#deps.lists.statusOf(claims)
  }

  #isBlocked({ client_id: client }: Claims): boolean {
    return client !== undefined && this.#blockedClients.has(client)
  }

  /** What this process has just ended; the feed will say it again. */
  sessionsEnded(ids: readonly string[]): void {
    for (const id of ids) this.#ended.set(id, this.#lookedAt)
  }

  /**
   * What a unit has ended that leaves a user no session. Another process may have ended some of them a
   * moment before: those are none of this unit's, and over all the same once it is answered.
   *
   * @throws Refusal `storage_unavailable`
   */
  async allEnded(ids: readonly string[]): Promise<void> {
    this.sessionsEnded(ids)
    // A command verifies no tokens.
    if (this.#timer === undefined) return
    await this.#looking
    await this.#read()
  }

  tokenEnded(jti: string): void {
    this.#ended.set(jti, this.#lookedAt)
  }

  claimsChanged(places: readonly StatusPlace[]): void {
    for (const place of places) this.#deps.lists.set(place, claimsChanged)
  }

  async clientChanged(): Promise<void> {
    this.#blockedClients = new Set(await this.#deps.store.clients.listBlocked())
  }

  async #read(): Promise<void> {
    const { store, lists, clock, readTime } = this.#deps
    const lookedAt = this.#lookedAt
    const startedAt = clock()
    const isFirst = lookedAt === 0
    const from = isFirst ? { ago: this.#deps.memory } : ((lookedAt - lookBack) as Instant)
    const { changes, now } = await store.changes.since(from, await readTime())
    for (const change of changes) this.#take(change)
    const heardOf = (wanted: ChangeRow['kind']) => changes.some(({ kind }) => kind === wanted)
    if (isFirst || heardOf('client_changed')) await this.clientChanged()
    // After the changes: what is loaded now holds them, and those to come will be heard of.
    if (isFirst || heardOf('status_list_changed')) await lists.load()
    this.#lookedAt = now
    lists.knownAt = startedAt
    this.#forget(now)
  }

  #take({ kind, subject, at, status_list: list, status_index: index }: ChangeRow): void {
    const isEnding = kind === 'session_ended' || kind === 'token_ended'
    if (isEnding) this.#ended.set(subject, at)
    if (list === null || index === null) return
    this.#deps.lists.set({ list, index }, isEnding ? revoked : claimsChanged)
  }

  /** A Map keeps the order of first insertion, which is nearly that of the times: stop at the first that must stay. */
  #forget(now: Instant): void {
    for (const [id, at] of this.#ended) {
      if (at > now - this.#deps.memory) return
      this.#ended.delete(id)
    }
  }
}

/** Milliseconds. A database can lose notifications, or swallow all of them as some poolers do: so it stays this short. */
const usualPoll = 400
const pauseAfterHearing = 100

/** Milliseconds by which a unit may become visible later than its time says: what it waits for comes before its changes. */
const lookBack = 15_000
