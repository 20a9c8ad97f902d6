import type { SealHead } from '../../store/audit-seals.js'
import type { Store } from '../../store/open.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { Recurring } from '../recurring.js'
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
  readonly #turns: Recurring
  #toldAt = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#turns = new Recurring({
      turn: () => this.run(),
      every: lookEvery,
      failure: 'the audit log can not be sealed',
      log: deps.log,
    })
  }

  async start(): Promise<void> {
    await this.#deps.keys.load()
    this.#turns.start()
  }

  stop(): Promise<void> {
    return this.#turns.stop()
  }

  /** Seals what is waiting, or the first part of it: writers of this database come between. */
  async run(): Promise<void> {
    for (let step = 0; step < stepsInARow; step++) {
      if (!(await this.#step())) return
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
