import type { SealHead } from '../../store/audit-seals.js'
import type { Store } from '../../store/open.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { AuditKeys } from './keys.js'
import { makeSeal } from './seal.js'

interface Dependencies {
  store: Store
  keys: AuditKeys
  clock: Clock
  log: Log
  /** Milliseconds for which the log is kept; null for ever. */
  keptFor: number | null
}

/**
 * Seals the audit log behind those who write it, so that nobody waits for the chain: a sign-in writes
 * its entry, and a few seconds later whichever process looks first binds it to all before it.
 */
export class AuditSealer {
  readonly #deps: Dependencies
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #failing = false
  #toldAt = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    await this.#deps.keys.load()
    this.#timer = setInterval(() => {
      this.#running ??= this.#runOrLog().finally(() => {
        this.#running = undefined
      })
    }, lookEvery)
    this.#timer.unref()
  }

  /** Waits for the step that is under way, so that the store may be closed then. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  /** Seals what is waiting, or the first part of it: writers of this database come between. */
  async run(): Promise<void> {
    for (let step = 0; step < stepsInARow; step++) {
      if (!(await this.#step())) return
    }
  }

  /** What could not be done is done at a later turn; the log says so once. */
  async #runOrLog(): Promise<void> {
    try {
      await this.run()
      this.#failing = false
    } catch (error) {
      if (!this.#failing) this.#deps.log.error({ err: error }, 'the audit log can not be sealed')
      this.#failing = true
    }
  }

  /** @returns whether there may be more to do, and no other process is at it */
  async #step(): Promise<boolean> {
    const { store, keys, clock, keptFor } = this.#deps
    const previous = await store.auditSeals.head()
    const entries = await store.audit.unsealed(atOnce)
    if (entries.length === 0) return false
    const seal = makeSeal({ entries, previous, keptFor, now: clock() }, keys.newest)
    const ids = entries.map(({ id }) => id)
    if (!(await store.auditSeals.add(seal, ids))) return false
    this.#tell(seal)
    return entries.length === atOnce
  }

  /** Where logs are collected, a head stands then that nobody with the database can change. */
  #tell({ number, mac }: SealHead): void {
    const now = this.#deps.clock()
    if (now - this.#toldAt < tellEvery) return
    this.#toldAt = now
    this.#deps.log.info({ seal: number, mac }, 'the audit log is sealed up to here')
  }
}

/** Entries in a seal, at most. */
const atOnce = 1_000

/** With the pause between two looks, two thousand entries and more a second. */
const stepsInARow = 10

/** Milliseconds. */
const lookEvery = 4_000
const tellEvery = 60 * 60 * 1000
