/** Every statement that the store makes, as it makes it: each method of each table is called, in each of its ways. */

import type { CompiledQuery } from 'kysely'
import type { Database } from '../../src/store/database.js'
import { Store } from '../../src/store/open.js'
import { callOf, type Known } from './calls.js'

export interface RecordedStatement {
  /** The method that made it: `sessions.list`. */
  readonly by: string
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** Of one that is kept prepared. */
  readonly name: string | undefined
}

/**
 * Makes the calls on a database, and notes what they ask of it.
 *
 * @throws where a method is not among the calls
 */
export async function recordStatements(
  database: Database,
  known: Known,
): Promise<RecordedStatement[]> {
  const noted: RecordedStatement[] = []
  let by = ''
  const store = new Store(
    listening(database, (query) => {
      const { sql, parameters } = query
      noted.push({ by, sql, parameters, name: nameOf(query) })
    }),
  )
  for (const method of methodsOf(store)) {
    by = method
    await callOf(method)(store, known)
  }
  return noted
}

/** `users.findById`, and so on. */
function methodsOf(store: Store): string[] {
  return Object.entries(store).flatMap(([table, value]) =>
    typeof value === 'object'
      ? Object.getOwnPropertyNames(Object.getPrototypeOf(value))
          .filter((method) => method !== 'constructor')
          .map((method) => `${table}.${method}`)
      : [],
  )
}

/** A database that tells of every query before it runs it. */
function listening(database: Database, tell: (query: CompiledQuery) => void): Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === 'first') {
        return <Row>(query: CompiledQuery<Row>) => {
          tell(query)
          return target.first(query)
        }
      }
      if (name === 'read' || name === 'readStale') {
        return <Row>(query: CompiledQuery<Row>) => {
          tell(query)
          return target[name](query)
        }
      }
      if (name === 'write' || name === 'alter') {
        return (unit: Parameters<Database['write']>[0]) => {
          for (const { query } of unit) tell(query)
          return target[name](unit)
        }
      }
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function nameOf(query: CompiledQuery): string | undefined {
  return 'name' in query && typeof query.name === 'string' ? query.name : undefined
}
