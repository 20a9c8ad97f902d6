import type { Database } from '../src/store/database.js'

/** Counts the reads whose SQL has a text in it: in all, and the most in one turn of the event loop. */
export class CountedReads {
  all = 0
  mostInATurn = 0
  #inThisTurn = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** To put between a server and its database. */
  readonly around = (database: Database): Database =>
    new Proxy(database, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name !== 'read' && name !== 'readStale') return value.bind(target)
        return (query: Parameters<Database['read']>[0]) => {
          if (query.sql.includes(this.#text)) this.#count()
          return target[name](query)
        }
      },
    })

  #count(): void {
    this.all += 1
    this.#inThisTurn += 1
    this.mostInATurn = Math.max(this.mostInATurn, this.#inThisTurn)
    if (this.#inThisTurn > 1) return
    setImmediate(() => {
      this.#inThisTurn = 0
    })
  }
}
