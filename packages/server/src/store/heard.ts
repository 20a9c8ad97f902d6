import type { Database, Statement } from './database.js'

/** What a database did, for whoever counts it. */
export interface Hearing {
  /** Runs it, as a part of what it is for. */
  around<Result>(work: 'read' | 'unit', run: () => Promise<Result>): Promise<Result>
  /** @param milliseconds until the answer, or the failure */
  worked(work: 'read' | 'unit', milliseconds: number, failed: boolean): void
  /** An entry of the audit log was committed. */
  recorded(event: string): void
}

/** The same database, heard. */
export function heard(database: Database, hearing: Hearing): Database {
  const timed = async <Result>(work: 'read' | 'unit', run: () => Promise<Result>) => {
    const began = performance.now()
    let failed = true
    try {
      const result = await hearing.around(work, run)
      failed = false
      return result
    } finally {
      hearing.worked(work, performance.now() - began, failed)
    }
  }
  const own: Partial<Database> = {
    read: (query) => timed('read', () => database.read(query)),
    readStale: (query) => timed('read', () => database.readStale(query)),
    async write(unit) {
      const outcome = await timed('unit', () => database.write(unit))
      if (outcome.done) for (const event of recordedBy(unit)) hearing.recorded(event)
      return outcome
    },
  }
  return new Proxy(database, {
    get(target, name) {
      const value = Reflect.get(own, name) ?? Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function recordedBy(unit: readonly Statement[]): string[] {
  return unit.flatMap(({ records }) => records ?? [])
}
