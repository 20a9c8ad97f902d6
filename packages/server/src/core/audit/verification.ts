import type { ChainPosition } from '../../store/audit.js'
import type { SealHead } from '../../store/audit-seals.js'
import type { Store } from '../../store/open.js'
import type { AuditSealRow, Instant, KeptAuditRow } from '../../store/schema.js'
import type { Clock } from '../clock.js'
import { nextTurn } from '../next-turn.js'
import { Chain, forgettableBefore, type KeptHead } from './chain.js'
import { Faults } from './faults.js'
import type { AuditKeys } from './keys.js'
import { digestOf, digestsIn, isGenuine } from './seal.js'

export interface AuditVerdict {
  seals: number
  entries: number
  /** The newest seal: kept elsewhere, it shows later whether the end was cut off. */
  head: SealHead | undefined
  /** What is wrong, a sentence each; the first of them. */
  faults: string[]
  /** How many there are beyond those. */
  moreFaults: number
  /** Of the oldest entry that has no seal. */
  unsealedSince: Instant | undefined
}

interface Reach {
  kept?: KeptHead | undefined
  newest?: number
}

interface Dependencies {
  store: Store
  keys: AuditKeys
  clock: Clock
  /** Milliseconds for which the log is kept; null for ever. */
  keptFor: number | null
}

/**
 * Holds the whole audit log against its seals, a page at a time (checklist K04). Servers go on writing,
 * sealing and forgetting meanwhile: it looks as far as the head of its beginning, and again at what seems gone.
 */
export class AuditVerification {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * @param reach `kept`: a head of before, to be found in it; `newest`: no more seals than these, in place of all
   * @throws Error where the master secret is not there, or is another one
   */
  async verify({ kept, newest }: Reach = {}): Promise<AuditVerdict> {
    const { store, keys, clock, keptFor } = this.#deps
    const faults = new Faults()
    const chain = new Chain({
      faults,
      kept,
      forgettableBefore: forgettableBefore(clock(), keptFor),
      oldest: async () => (await store.auditSeals.oldest(1))[0]?.number,
      isWhole: newest === undefined,
    })
    const end = (await store.auditSeals.head())?.number ?? 0
    const after = newest === undefined ? beforeAll.seal : Math.max(0, end - newest)
    await keys.read()
    const entries = new EntriesBySeal(store, after)
    for await (const seal of sealsOf(store, after, end)) {
      await chain.take(seal)
      await this.#judge(seal, entries, faults)
    }
    chain.end()
    await this.#judgeBeyond(end, entries, faults)
    const [unsealed] = await store.audit.unsealed(1)
    return {
      seals: chain.count,
      entries: entries.count,
      head: chain.head,
      faults: faults.named,
      moreFaults: faults.more,
      unsealedSince: unsealed?.at,
    }
  }

  async #judge(seal: AuditSealRow, entries: EntriesBySeal, faults: Faults): Promise<void> {
    const { number } = seal
    for await (const orphan of entries.below(number)) await this.#judgeOrphan(orphan, faults)
    const key = this.#deps.keys.byId(seal.key_id)?.key
    if (key === undefined) faults.add(number, 'its key is not there')
    else if (!isGenuine(seal, key)) faults.add(number, 'it was changed')
    const digests = digestsIn(seal)
    for await (const entry of entries.below(number + 1)) {
      const digest = digests.get(entry.id)
      digests.delete(entry.id)
      if (digest === undefined) faults.add(number, `entry ${entry.id} was added`)
      else if (key && digest !== digestOf(entry, key))
        faults.add(number, `entry ${entry.id} was changed`)
    }
    if (digests.size === 0 || (await this.#hasBeenForgotten(number))) return
    for (const id of digests.keys()) faults.add(number, `entry ${id} is gone`)
  }

  /** It bears the number of a seal that is not there. */
  async #judgeOrphan({ seal, id }: KeptAuditRow, faults: Faults): Promise<void> {
    const { store } = this.#deps
    if (seal !== null && (await store.audit.find(id)) !== undefined) {
      faults.add(seal, `missing, though entry ${id} has it`)
    }
  }

  /** Seals that were made since the beginning are for the next time. */
  async #judgeBeyond(end: number, entries: EntriesBySeal, faults: Faults): Promise<void> {
    for await (const orphan of entries.below(end + 1)) await this.#judgeOrphan(orphan, faults)
    const { store } = this.#deps
    const beyond = await store.audit.inChain({ ...beforeAll, seal: end + 1 }, entriesAtOnce)
    if (beyond.length === 0) return
    const seals = await store.auditSeals.after(end, entriesAtOnce)
    const made = new Set(seals.map(({ number }) => number))
    for (const entry of beyond) {
      if (entry.seal !== null && !made.has(entry.seal)) await this.#judgeOrphan(entry, faults)
    }
  }

  async #hasBeenForgotten(number: number): Promise<boolean> {
    const [next] = await this.#deps.store.auditSeals.after(number - 1, 1)
    return next?.number !== number
  }
}

/** The sealed entries in the order of the chain, taken by those who know up to which seal. */
class EntriesBySeal {
  count = 0
  readonly #rows: AsyncIterator<KeptAuditRow>
  #next: Promise<IteratorResult<KeptAuditRow>> | undefined

  constructor(store: Store, after: number) {
    this.#rows = entriesOf(store, after)
  }

  /** Those that are left of the seals below a number. */
  async *below(number: number): AsyncGenerator<KeptAuditRow, void> {
    for (;;) {
      this.#next ??= this.#rows.next()
      const { done, value } = await this.#next
      if (done || !isBelow(value, number)) return
      this.count++
      this.#next = undefined
      yield value
    }
  }
}

/** SQLite takes a text for a number, and sorts it behind all of them. */
function isBelow({ seal }: KeptAuditRow, number: number): boolean {
  return typeof seal === 'number' && seal < number
}

async function* entriesOf(store: Store, after: number): AsyncGenerator<KeptAuditRow, void> {
  let position: ChainPosition | undefined = { ...beforeAll, seal: after + 1 }
  while (position !== undefined) {
    const rows: KeptAuditRow[] = await store.audit.inChain(position, entriesAtOnce)
    for (const [place, row] of rows.entries()) {
      if (place % entriesInARow === 0) await nextTurn()
      yield row
    }
    const last = rows.at(-1)
    const isWhole = rows.length < entriesAtOnce || last === undefined
    position = isWhole ? undefined : { seal: last.seal ?? 0, at: last.at, id: last.id }
  }
}

async function* sealsOf(
  store: Store,
  start: number,
  end: number,
): AsyncGenerator<AuditSealRow, void> {
  let after: number | undefined = start
  while (after !== undefined) {
    const seals: AuditSealRow[] = await store.auditSeals.after(after, sealsAtOnce)
    yield* seals.filter(({ number }) => number <= end)
    const last: number | undefined = seals.at(-1)?.number
    after = seals.length < sealsAtOnce || (last ?? end) >= end ? undefined : last
  }
}

/** Numbers that no seal of ours has are looked at too. */
const beforeAll: ChainPosition = {
  seal: Number.MIN_SAFE_INTEGER,
  at: Number.MIN_SAFE_INTEGER as Instant,
  id: '',
}

/** Forty kilobytes each, at most. */
const sealsAtOnce = 20
const entriesAtOnce = 1_000
const entriesInARow = 100
