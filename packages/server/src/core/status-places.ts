import type { Store } from '../store/open.js'
import type { Instant, StatusPlace } from '../store/schema.js'
import type { Clock } from './clock.js'
import type { Log } from './log.js'
import { listSize } from './status-lists.js'

interface Dependencies {
  store: Store
  clock: Clock
  log: Log
  /** Brings into an order that nobody can foretell. */
  shuffle: (numbers: number[]) => void
}

interface Block {
  list: number
  /** Of the places that are left. */
  indexes: number[]
  until: Instant
}

/**
 * Gives each new session its place in a status list. A process takes places for itself many at a
 * time and ahead of need, so that no sign-in waits or writes for one; those that it has left when it
 * ends are lost. Their order is random, so that a place says nothing of who signed in after whom.
 */
export class StatusPlaces {
  readonly #deps: Dependencies
  #blocks: Block[] = []
  #claiming: Promise<void> | undefined

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Takes the first places, and makes the first lists where there are none. */
  async start(): Promise<void> {
    await this.#claim()
  }

  /** Waits for places that are being taken, so that the store may be closed then. */
  async stop(): Promise<void> {
    await Promise.allSettled([this.#claiming])
  }

  /** A place that nobody has had, and nobody will have. @throws Refusal `storage_unavailable` */
  async take(): Promise<StatusPlace> {
    for (;;) {
      const place = this.#pop()
      if (place === undefined) {
        await this.#claim()
        continue
      }
      if (this.#left < blockSize / 2) this.#claimAhead()
      return place
    }
  }

  #pop(): StatusPlace | undefined {
    const now = this.#deps.clock()
    this.#blocks = this.#blocks.filter(({ indexes, until }) => indexes.length > 0 && now < until)
    const [block] = this.#blocks
    const index = block?.indexes.pop()
    return block === undefined || index === undefined ? undefined : { list: block.list, index }
  }

  get #left(): number {
    return this.#blocks.reduce((sum, { indexes }) => sum + indexes.length, 0)
  }

  /** Who needs a place before it has worked tries again, and waits for that. */
  #claimAhead(): void {
    this.#claim().catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, 'no places of status lists can be taken')
    })
  }

  #claim(): Promise<void> {
    this.#claiming ??= this.#claimBlock().finally(() => {
      this.#claiming = undefined
    })
    return this.#claiming
  }

  /** Whoever loses a block to another process tries for the next. */
  async #claimBlock(): Promise<void> {
    const { store, clock, shuffle } = this.#deps
    for (;;) {
      const lists = await store.statusLists.list()
      const open = lists.find(({ claimed }) => claimed < listSize)
      if (open === undefined) {
        await store.statusLists.make([(lists.at(-1)?.number ?? 0) + 1])
        continue
      }
      const { number: list, claimed } = open
      if (!(await store.statusLists.claim(list, claimed, blockSize, listSize))) continue
      const indexes = Array.from({ length: blockSize }, (_, offset) => claimed + offset)
      shuffle(indexes)
      this.#blocks.push({ list, indexes, until: (clock() + blockLife) as Instant })
      return
    }
  }
}

const blockSize = 1024

/**
 * Milliseconds for which a process gives out places that it has taken: what is known of a list that
 * is full, by `full_at`, holds a day later for all its places.
 */
export const blockLife = 24 * 60 * 60 * 1000
