import type { Database, Soon, Statement, UnitOutcome } from './database.js'
import type { EndReason } from './end-reasons.js'

/** What a database did, for whoever counts it. */
export interface Hearing {
  /** Runs it, as a part of what it is for; undefined where nobody traces that. */
  around:
    | (<Result>(work: 'read' | 'unit', run: () => Promise<Result>) => Promise<Result>)
    | undefined
  /** @param milliseconds until the answer, or the failure */
  worked(work: 'read' | 'unit', milliseconds: number, failed: boolean): void
  /** An entry of the audit log was committed. */
  recorded(event: string): void
  /** So many sessions were ended, and that was committed. */
  ended(reason: EndReason, sessions: number): void
}

/** The same database, heard. */
export function heard(database: Database, hearing: Hearing): Database {
  const timed = async <Result>(work: 'read' | 'unit', run: () => Promise<Result>) => {
    const began = performance.now()
    let failed = true
    try {
      const result = await (hearing.around?.(work, run) ?? run())
      failed = false
      return result
    } finally {
      hearing.worked(work, performance.now() - began, failed)
    }
  }
  /** Of what may be there at once: then there is no promise either. */
  const timedSoon = <Result>(run: () => Soon<Result>): Soon<Result> => {
    if (hearing.around !== undefined) return timed('read', async () => run())
    const began = performance.now()
    try {
      const answer = run()
      if (answer instanceof Promise) return timed('read', () => answer)
      hearing.worked('read', performance.now() - began, false)
      return answer
    } catch (error) {
      hearing.worked('read', performance.now() - began, true)
      throw error
    }
  }
  return {
    // Written out: behind a Proxy each read took microseconds longer.
    engine: database.engine,
    build: database.build,
    // Known once it is asked.
    get altersAtOnce() {
      return database.altersAtOnce
    },
    gathers: database.gathers,
    read: (query) => timed('read', () => database.read(query)),
    first: (query) => timedSoon(() => database.first(query)),
    readStale: (query) => timed('read', () => database.readStale(query)),
    async write(unit) {
      const outcome = await timed('unit', () => database.write(unit))
      tell(hearing, unit, outcome)
      return outcome
    },
    alter: (unit) => database.alter(unit),
    makeIndex: (index) => database.makeIndex(index),
    hold: (query) => database.hold(query),
    now: () => database.now(),
    clockReading: () => database.clockReading(),
    watch: (onChange) => database.watch(onChange),
    bytes: (text) => database.bytes(text),
    rowsOf: (json) => database.rowsOf(json),
    hasTable: (name) => database.hasTable(name),
    load: () => database.load(),
    ping: () => database.ping(),
    examine: (depth) => database.examine(depth),
    size: () => database.size(),
    examineReplica: () => database.examineReplica(),
    close: () => database.close(),
  }
}

function tell(hearing: Hearing, unit: readonly Statement[], outcome: UnitOutcome): void {
  if (!outcome.done) return
  for (const [at, { records, ends }] of unit.entries()) {
    if (records !== undefined) hearing.recorded(records)
    if (ends !== undefined) hearing.ended(ends, outcome.rows[at]?.length ?? 0)
  }
}
