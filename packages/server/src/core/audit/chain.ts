import type { SealHead } from '../../store/audit-seals.js'
import type { AuditSealRow } from '../../store/schema.js'
import type { Faults } from './faults.js'

/** A seal that was read at an earlier time, and kept where the log is not. */
export type KeptHead = Pick<SealHead, 'number' | 'mac'>

interface Dependencies {
  faults: Faults
  kept: KeptHead | undefined
  /** What is from before may be gone. */
  forgettableBefore: number
  /** The number of the oldest seal that is there by now: the clean-up goes on meanwhile. */
  oldest: () => Promise<number | undefined>
  /** Whether it is read from its beginning, or from somewhere on. */
  isWhole: boolean
}

/** Judges how seals follow each other, as they are read. */
export class Chain {
  readonly #deps: Dependencies
  #forgettableBefore: number
  #first: AuditSealRow | undefined
  #last: AuditSealRow | undefined
  #count = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#forgettableBefore = deps.forgettableBefore
  }

  get count(): number {
    return this.#count
  }

  get head(): SealHead | undefined {
    return this.#last
  }

  async take(seal: AuditSealRow): Promise<void> {
    const { faults, oldest, kept } = this.#deps
    const [before, { number }] = [this.#last, seal]
    this.#first ??= seal
    if (before !== undefined && before.number < number - 1) {
      if ((await oldest()) === number) this.#first = seal
      else faults.range(before.number + 1, number - 1, 'missing')
    } else if (before !== undefined && !follows(before, seal)) {
      faults.add(number, `it does not follow seal ${before.number}`)
    }
    if (number === kept?.number) this.#compare(seal.mac, kept)
    const allowed = forgettableBefore(seal.created_at, seal.kept_for)
    this.#forgettableBefore = Math.max(this.#forgettableBefore, allowed)
    this.#last = seal
    this.#count++
  }

  end(): void {
    const { faults, kept, isWhole } = this.#deps
    const [first, last] = [this.#first, this.#last?.number ?? 0]
    if (isWhole && first !== undefined && first.number > 1) this.#judgeStart(first)
    if (kept === undefined) return
    if (kept.number > last) {
      faults.add(kept.number, `it was kept and is missing: the log ends at seal ${last}`)
    } else if (first !== undefined && kept.number === first.number - 1) {
      this.#compare(first.previous_mac, kept)
    }
  }

  /** What went by its age was older than it had to be, by the setting of now or of some time since. */
  #judgeStart({ number, previous_latest_at: until }: AuditSealRow): void {
    if (until !== null && until < this.#forgettableBefore) return
    this.#deps.faults.range(1, number - 1, 'gone before its time')
  }

  #compare(mac: string, kept: KeptHead): void {
    if (mac !== kept.mac) this.#deps.faults.add(kept.number, 'it is not the one that was kept')
  }
}

export function forgettableBefore(now: number, keptFor: number | null): number {
  return keptFor === null ? Number.NEGATIVE_INFINITY : now - keptFor
}

function follows(before: AuditSealRow, seal: AuditSealRow): boolean {
  return seal.previous_mac === before.mac && seal.previous_latest_at === before.latest_at
}
