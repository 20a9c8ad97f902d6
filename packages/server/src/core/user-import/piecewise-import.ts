import type { Store } from '../../store/open.js'
import type { UserId } from '../../store/schema.js'
import { auditEntry, type Origin } from '../audit.js'
import type { Clock } from '../clock.js'
import { randomHexId } from '../random.js'
import type { IncomingRecord } from './incoming.js'
import { judge } from './judge.js'
import { LineIds } from './line-ids.js'
import { emptyReport, type ImportReport, type LeftOut } from './report.js'
import {
  type Judged,
  type JudgedUser,
  namesOf,
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

/** Some lines of a file that comes piece by piece. */
export interface Piece {
  /** The same for all pieces of one import, and for no other: 128 random bits or more. */
  readonly importId: string
  /** What the file is called, for people. */
  readonly file: string
  /** Each with its line in the whole file. */
  readonly records: AsyncIterable<IncomingRecord>
  /** Changes nothing, and says what would be. */
  readonly isTrial: boolean
}

export interface PieceOutcome {
  report: ImportReport
  leftOut: LeftOut[]
}

/**
 * Makes users of a file whose pieces come one by one, to any process: nothing is kept between them. A piece that comes
 * again makes nobody twice, and is answered as it was before.
 */
export class PiecewiseImport {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Each step of it is durable before the next begins. */
  async take(piece: Piece, origin: Origin): Promise<PieceOutcome> {
    const { clock, definedScopes } = this.#deps
    const outcome: PieceOutcome = { report: emptyReport(), leftOut: [] }
    const run: Run = { ...piece, ids: new LineIds(piece.importId), seen: new Map(), origin }
    let step: Judged[] = []
    for await (const record of piece.records) {
      step.push(judge(record, clock(), definedScopes, run.ids.of(record.at)))
      if (step.length < recordsOfStep) continue
      await this.#settle(run, step, outcome)
      step = []
    }
    await this.#settle(run, step, outcome)
    return outcome
  }

  /** Between the look and the step somebody may take a name. */
  async #settle(run: Run, records: readonly Judged[], outcome: PieceOutcome): Promise<void> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const look = await this.#look(run, records)
      if (!(await this.#write(run, records, look))) continue
      const { settled, sifted } = look
      outcome.report = sumOf(outcome.report, { ...sifted, fresh: [...settled, ...sifted.fresh] })
      outcome.leftOut.push(...sifted.leftOut)
      for (const [name, line] of sifted.names) run.seen.set(name, line)
      return
    }
    throw takenAgain()
  }

  async #look({ ids, seen }: Run, records: readonly Judged[]): Promise<Look> {
    const candidates = records.filter((record) => 'row' in record)
    const taken = await this.#deps.store.userImports.taken({
      usernames: candidates.map(({ row }) => row.username_key),
      addresses: candidates.flatMap(verifiedAddress),
      ids: candidates.map(({ row }) => row.id),
    })
    const isSettled = ({ row, keepsId }: JudgedUser) =>
      !keepsId && taken.users.get(row.username_key) === row.id
    const settled = candidates.filter(isSettled)
    const before = new Map(seen)
    for (const user of settled) for (const name of namesOf(user)) before.set(name, user.at)
    for (const [name, id] of taken.users) {
      const line = ids.lineOf(id)
      if (line !== undefined) before.set(`u:${name}`, line)
    }
    const others = records
      .filter((record) => !('row' in record && isSettled(record)))
      .map((record) => ('row' in record ? withFreeId(record, taken.ids) : record))
    return { settled, sifted: sift(others, { taken, seen: before, unsureUpTo: 0 }) }
  }

  /** @returns false where a name or an address has come to be somebody's since the look */
  async #write(run: Run, records: readonly Judged[], { sifted }: Look): Promise<boolean> {
    const { fresh: users } = sifted
    if (run.isTrial || users.length === 0) return true
    const detail = { file: run.file, users: users.length, up_to_line: records.at(-1)?.at ?? 0 }
    const event = auditEntry('users_imported', this.#deps.clock(), run.origin, { detail })
    const step = { users, advance: undefined, withParts: true, event }
    return (await this.#deps.store.userImports.take(step)) === 'done'
  }
}

interface Run extends Piece {
  readonly ids: LineIds
  /** Names of the piece's records, with their lines. */
  readonly seen: Map<string, number>
  readonly origin: Origin
}

interface Look {
  /** Users whom this import has made of the same lines before. */
  readonly settled: readonly JudgedUser[]
  readonly sifted: Sifted
}

/** Whoever gives two files one import's id gets other ids for the second. */
function withFreeId(user: JudgedUser, taken: ReadonlySet<string>): JudgedUser {
  if (user.keepsId || !taken.has(user.row.id)) return user
  return { ...user, row: { ...user.row, id: randomHexId() as UserId } }
}

/** Some tenths of a second with all that they are found by, in which others wait to write. */
const recordsOfStep = 200
