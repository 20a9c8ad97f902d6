import { type Channel, type Message, openChannel } from './channel.js'
import { within } from './deadline.js'
import { type Clock, Lifetime } from './lifetime.js'
import { isNewer, parseSession, type Session } from './session.js'
import { memoryStorage, type SessionStorage } from './storage.js'

interface Dependencies {
  /** The channel between tabs has its name; without one nothing is shared. */
  readonly storage: SessionStorage
  readonly clock: Clock
  readonly onStorageError: ((error: unknown) => void) | undefined
  /** Told after each change. */
  readonly onChange: () => void
}

/** A storage on its way to nowhere must not keep an app waiting. */
const storageTimeLimit = 2_000

/** The session of this device: in memory for use, in storage for later, and told to the other tabs. */
export class CurrentSession {
  readonly #deps: Dependencies
  readonly #channel: Channel | undefined
  readonly #unwatch: (() => void) | undefined
  /** Ids of sessions that are over. Late messages and late answers do not bring them back. */
  readonly #ended = new Set<string>()
  #storage: SessionStorage
  #turn: Promise<unknown> = Promise.resolve()
  #held: { readonly session: Session; readonly lifetime: Lifetime } | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#storage = deps.storage
    this.#channel = openChannel(deps.storage.name, (message) => this.#hear(message))
    this.#unwatch = deps.storage.watch?.(() => void this.sync())
  }

  get session(): Session | undefined {
    return this.#held?.session
  }

  get lifetime(): Lifetime | undefined {
    return this.#held?.lifetime
  }

  /** Looks what storage has by now: another tab may have refreshed, or signed out. */
  async sync(): Promise<Session | undefined> {
    const before = this.session
    const stored = await this.#read()
    // What changed while storage was read is newer than what was read.
    if (this.session !== before) return this.session
    return stored ? this.#adopt(stored) : this.#set(undefined)
  }

  /** A sign-in. */
  async begin(session: Session): Promise<void> {
    this.#set(session)
    this.#channel?.tell({ session })
    await this.#write(session)
  }

  /**
   * A refresh. Answers the session that holds from now on: another one where this one was overtaken,
   * `undefined` where it was ended, while the answer was on its way.
   */
  async advance(next: Session): Promise<Session | undefined> {
    const present = await this.sync()
    if (present?.id !== next.id || present.step >= next.step) return present
    await this.begin(next)
    return this.session
  }

  /** Signed out, here at once and then everywhere. */
  async end(id: string): Promise<void> {
    this.#forget(id)
    this.#channel?.tell({ ended: id })
    await this.#try(async (storage) => {
      // Somebody may have signed in meanwhile.
      const stored = parseSession(await storage.read())
      if (!stored || stored.id === id) await storage.write(null)
    })
  }

  close(): void {
    this.#unwatch?.()
    this.#channel?.close()
  }

  #hear(message: Message): void {
    if ('ended' in message) this.#forget(message.ended)
    else if (!this.#ended.has(message.session.id)) this.#adopt(message.session)
  }

  #adopt(session: Session): Session | undefined {
    const isNews = !this.session || isNewer(session, this.session)
    return isNews ? this.#set(session) : this.session
  }

  #forget(id: string): void {
    this.#ended.add(id)
    if (this.session?.id === id) this.#set(undefined)
  }

  #set(session: Session | undefined): Session | undefined {
    if (session === this.session) return session
    this.#held = session && { session, lifetime: new Lifetime(session, this.#deps.clock) }
    this.#deps.onChange()
    return session
  }

  async #read(): Promise<Session | undefined> {
    const session = parseSession(await this.#try((storage) => storage.read()))
    return session && !this.#ended.has(session.id) ? session : undefined
  }

  async #write(session: Session): Promise<void> {
    await this.#try((storage) => storage.write(JSON.stringify(session)))
  }

  /** One after the other: a read must not overtake the write before it. */
  #try<T>(work: Work<T>): Promise<T> {
    const done = this.#turn.then(() => this.#tryNow(work))
    this.#turn = done.catch(() => {})
    return done
  }

  /** From the first failure on the session lives in memory, as it would in a private window. */
  async #tryNow<T>(work: Work<T>): Promise<T> {
    const storage = this.#storage
    try {
      return await within(storageTimeLimit, start(work, storage))
    } catch (error) {
      await this.#fallBack(storage, error)
      return work(this.#storage)
    }
  }

  async #fallBack(failing: SessionStorage, error: unknown): Promise<void> {
    this.#storage = memoryStorage()
    await this.#storage.write(this.session ? JSON.stringify(this.session) : null)
    this.#deps.onStorageError?.(error)
    // A refresh token that was used is worse than none: the next visit would present it.
    start((storage) => storage.write(null), failing).catch(() => {})
  }
}

type Work<T> = (storage: SessionStorage) => T | Promise<T>

/** What it throws becomes a rejection. */
async function start<T>(work: Work<T>, storage: SessionStorage): Promise<T> {
  return work(storage)
}
