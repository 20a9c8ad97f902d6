import { Refusal } from '../../errors.js'
import type { Store } from '../../store/open.js'
import type { UserImportRow } from '../../store/schema.js'
import { auditEntry, type Origin } from '../audit.js'
import type { Clock } from '../clock.js'
import { type PartSorter, supplyAllParts } from '../user-parts.js'
import { numberOf, type UserSource } from './incoming.js'
import { judge } from './judge.js'
import { NearIds } from './near-ids.js'
import { firstSize, nextSize, weightOf } from './pace.js'
import { emptyReport, type ImportReport, type LeftOut, reportOf } from './report.js'
import {
  type Judged,
  keptId,
  namesOf,
  type SeenNames,
  type Sifted,
  sift,
  sumOf,
  verifiedAddress,
} from './sift.js'
import { mostAttempts, takenAgain } from './taken-again.js'

interface Dependencies {
  store: Store
  clock: Clock
  definedScopes: ReadonlyMap<string, string>
}

export interface ImportOptions {
  seen: SeenNames
  sorter: PartSorter
  origin: Origin
  /** Changes nothing, and says what would be. */
  isTrial?: boolean
  /** Begins with the first record, although the file has been imported, or a part of it. */
  fromStart?: boolean
  onLeftOut?(record: LeftOut): void
  /** After each step. */
  onStep?(report: ImportReport): void
  /**
   * After all users, while they are made findable by parts of their names.
   *
   * @param share from 0 to 1
   */
  onFinding?(share: number): void
  /** Ends the import after the step that is under way. */
  stopping?: AbortSignal
}

export interface ImportOutcome {
  report: ImportReport
  /** How many records had been settled before. */
  resumedAt: number
  /** `had_ended`: this file has been imported before, and this is what came of it. */
  end: 'ended' | 'had_ended' | 'stopped'
}

/** Makes users of what another system has kept of them. */
export class UserImport {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * Goes through a file step by step, each durable before the next begins, and goes on where an import of
   * the same file was stopped, however that was.
   *
   * @throws Refusal `import_overtaken`, where the same file is being imported by somebody else
   */
  async run(source: UserSource, options: ImportOptions): Promise<ImportOutcome> {
    const run = await this.#begin(source, options)
    const resumedAt = run.row.position
    if (run.row.ended_at !== null) return { report: run.report, resumedAt, end: 'had_ended' }
    const isOver =
      (await this.#takeAll(run, source, options)) &&
      (options.isTrial || (await this.#end(run, options)))
    return { report: run.report, resumedAt, end: isOver ? 'ended' : 'stopped' }
  }

  /** @returns false where it was stopped */
  async #takeAll(run: Run, source: UserSource, options: ImportOptions): Promise<boolean> {
    const { clock, definedScopes } = this.#deps
    const resumedAt = run.row.position
    let position = 0
    let step: Judged[] = []
    let weight = 0
    // While one step is written the next is read.
    let writing: Promise<void> = Promise.resolve()
    try {
      for await (const record of source.records()) {
        const judged = judge(record, clock(), definedScopes, run.ids.next())
        position += 1
        if (position <= resumedAt) {
          if (options.stopping?.aborted) return false
          remember(run, judged, options.seen)
          continue
        }
        step.push(judged)
        weight += weightOf(judged)
        if (weight < run.size) continue
        await writing
        if (options.stopping?.aborted) return false
        writing = this.#settle(run, step, options)
        // What becomes of it is looked at when the next one is full.
        writing.catch(() => undefined)
        run.ids.turn()
        ;[step, weight] = [[], 0]
      }
    } finally {
      await writing
    }
    await this.#settle(run, step, options)
    return true
  }

  /** @returns false where it was stopped */
  async #end({ row }: Run, { sorter, onFinding, stopping }: ImportOptions): Promise<boolean> {
    const { store, clock } = this.#deps
    if (!(await store.userSearch.isComplete())) {
      const supplied = await supplyAllParts(store, { sorter, onProgress: onFinding, stopping })
      if (!supplied) return false
    }
    await store.userImports.end(row.id, clock())
    return true
  }

  async #begin(
    { file, identity }: UserSource,
    { isTrial, fromStart }: ImportOptions,
  ): Promise<Run> {
    const { store, clock } = this.#deps
    const row: UserImportRow = {
      id: identity,
      file,
      position: 0,
      report: JSON.stringify(emptyReport()),
      begun_at: clock(),
      ended_at: null,
    }
    const begun = { unsureUpTo: 0, size: firstSize, ids: new NearIds() }
    if (isTrial) return { ...begun, row, report: emptyReport() }
    const kept = fromStart
      ? await store.userImports.restart(row)
      : await store.userImports.begin(row)
    return { ...begun, row: kept, report: reportOf(kept.report) }
  }

  /** What is in the database decides the rest; between the look and the step somebody may take a name. */
  async #settle(run: Run, records: readonly Judged[], options: ImportOptions): Promise<void> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const look = await this.#look(run, records, options.seen)
      const report = sumOf(run.report, look)
      const position = run.row.position + records.length
      const after = { ...run.row, position, report: JSON.stringify(report) }
      const began = this.#deps.clock()
      const outcome = options.isTrial ? 'done' : await this.#take(run, after, look, options.origin)
      if (outcome === 'overtaken') throw overtaken(run.row.file)
      if (outcome === 'taken') continue
      run.row = after
      run.report = report
      run.size = nextSize(run.size, this.#deps.clock() - began)
      options.seen.add(look.names)
      for (const record of look.leftOut) options.onLeftOut?.(record)
      options.onStep?.(report)
      return
    }
    throw takenAgain()
  }

  async #look(run: Run, records: readonly Judged[], seen: SeenNames): Promise<Sifted> {
    const candidates = records.filter((record) => 'row' in record)
    const taken = await this.#deps.store.userImports.taken({
      usernames: candidates.map(({ row }) => row.username_key),
      addresses: candidates.flatMap(verifiedAddress),
      ids: candidates.flatMap(keptId),
    })
    const before = seen.find(candidates.flatMap(namesOf))
    return sift(records, { taken, seen: before, unsureUpTo: run.unsureUpTo })
  }

  #take({ row: before, report }: Run, after: UserImportRow, { fresh }: Sifted, origin: Origin) {
    const withParts = report.imported < foundAtOnce
    const detail = { file: after.file, users: fresh.length, up_to_record: after.position }
    const event =
      fresh.length === 0
        ? undefined
        : auditEntry('users_imported', this.#deps.clock(), origin, { detail })
    const advance = { before, after }
    return this.#deps.store.userImports.take({ users: fresh, advance, withParts, event })
  }
}

/** An import that is under way. */
interface Run {
  row: UserImportRow
  report: ImportReport
  /** The number of the last record that an import before has settled. */
  unsureUpTo: number
  /** Of the next step: how many records, or fewer large ones. */
  size: number
  readonly ids: NearIds
}

/** It was settled by an import that was stopped. */
function remember(run: Run, record: Judged, seen: SeenNames): void {
  run.unsureUpTo = Math.max(run.unsureUpTo, numberOf(record))
  if (!('row' in record)) return
  const names = namesOf(record)
  const found = seen.find(names)
  const unseen = names.filter((name) => !found.has(name))
  seen.add(new Map(unseen.map((name) => [name, numberOf(record)])))
}

function overtaken(file: string): Refusal {
  return new Refusal('import_overtaken', {
    message: `${file} is being imported by another process`,
  })
}

/** New users of one import; of more than these the rest are found by their names when all are there. */
const foundAtOnce = 5000
