import { Refusal } from '../src/errors.js'
import type { Database } from '../src/store/database.js'

/** `before`: it never happens. `after`: it does, and the answer is lost, as when a connection breaks after a commit. */
export type Moment = 'before' | 'after'

/** Makes a real database fail at one call of a test's choosing. */
export class Faults {
  #left = Number.POSITIVE_INFINITY
  #moment: Moment = 'before'

  /** The call after so many more fails. */
  arm(calls: number, moment: Moment): void {
    this.#left = calls
    this.#moment = moment
  }

  /** @returns whether the armed call was never reached */
  disarm(): boolean {
    const unreached = this.#left >= 0
    this.#left = Number.POSITIVE_INFINITY
    return unreached
  }

  readonly around = (database: Database): Database => {
    const faults = this
    return new Proxy(database, {
      get(target, name) {
        if (name === 'read') {
          return (query: Parameters<Database['read']>[0]) =>
            isOfRequests(query.sql) ? faults.#run(() => target.read(query)) : target.read(query)
        }
        if (name === 'first') {
          return (query: Parameters<Database['first']>[0]) =>
            isOfRequests(query.sql)
              ? faults.#run(async () => target.first(query))
              : target.first(query)
        }
        if (name === 'write') {
          return (unit: Parameters<Database['write']>[0]) => faults.#run(() => target.write(unit))
        }
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    const isThis = this.#left-- === 0
    if (!isThis) return work()
    if (this.#moment === 'after') await work()
    throw new Refusal('storage_unavailable', { message: 'The test has broken the database' })
  }
}

/** The change feed is read by a timer: it must not take the failure away from the request. */
function isOfRequests(sql: string): boolean {
  return /from "(?:users|sessions|clients)"/.test(sql)
}
