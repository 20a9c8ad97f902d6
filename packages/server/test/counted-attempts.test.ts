/** What a sign-in writes of its attempt, and that nothing is left of one that was no guess. */

import type { CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../src/errors.js'
import type { Database } from '../src/store/database.js'
import { databases } from './databases.js'
import { alice, type TestServer, testServer } from './test-server.js'

const wrong = { ...alice, password: 'not the password' }

for (const database of databases) {
  describe(`counted attempts on ${database.name}`, () => {
    async function served(around: (database: Database) => Database) {
      const server = await testServer({ databaseUrl: await database.url() }, around)
      await server.addUser()
      return server
    }

    it('are one unit before the hash, and one with what follows', async () => {
      const units = new Units()
      const server = await served(units.around)
      expect(await units.of(() => from(server, alice))).toEqual([
        ['attempts', 'attempts', 'attempts'],
        ['sessions', 'audit', 'attempts', 'attempts', 'attempts'],
      ])
      for (let times = 1; times < 10; times++) await from(server, wrong)
      expect(await units.of(() => from(server, wrong))).toEqual([
        ['attempts', 'attempts', 'attempts'],
        ['audit', 'audit'],
      ])
    })

    it('leave nothing where the user could not be read', async () => {
      const reads = new Reads()
      const server = await served(reads.around)
      reads.fail = true
      for (let times = 0; times < 12; times++) {
        expect((await from(server, alice)).statusCode).toBe(503)
      }
      reads.fail = false
      expect((await from(server, alice)).statusCode).toBe(200)
    })

    it('are not taken back twice where nobody knows whether they were', async () => {
      const loss = new Loss()
      const server = await served(loss.around)
      for (let times = 0; times < 9; times++) await from(server, wrong)
      loss.next = true
      expect((await from(server, alice)).statusCode).toBe(503)
      // Taken back with the session: nine are counted, and one more may be.
      expect((await from(server, wrong)).statusCode).toBe(401)
      expect((await from(server, wrong)).statusCode).toBe(429)
    })
  })
}

/** Hears which tables the units of sign-ins write to. */
class Units {
  #heard: string[][] = []

  readonly around = (database: Database): Database =>
    withOwn(database, {
      write: async (unit) => {
        const tables = unit.flatMap(({ query: { sql } }) => tableOf(sql) ?? [])
        if (tables.length > 0) this.#heard.push(tables)
        return database.write(unit)
      },
    })

  async of(work: () => Promise<unknown>): Promise<string[][]> {
    this.#heard = []
    await work()
    return this.#heard
  }
}

function tableOf(sql: string): string | undefined {
  return /^(?:insert into|update) "?(attempts|sessions|audit)\b/.exec(sql)?.[1]
}

class Reads {
  fail = false

  readonly around = (database: Database): Database =>
    withOwn(database, {
      read: async (query) => {
        this.#check(query)
        return database.read(query)
      },
      first: async (query) => {
        this.#check(query)
        return database.first(query)
      },
    })

  #check({ sql }: CompiledQuery): void {
    if (this.fail && sql.includes('passwords')) throw new Refusal('storage_unavailable')
  }
}

/** The answer to the next session is lost, after it was written. */
class Loss {
  next = false

  readonly around = (database: Database): Database =>
    withOwn(database, {
      write: async (unit) => {
        const outcome = await database.write(unit)
        const isIt = this.next && unit.some(({ query }) => query.sql.includes('into "sessions"'))
        if (!isIt) return outcome
        this.next = false
        throw new Refusal('storage_unavailable')
      },
    })
}

function withOwn(database: Database, own: Partial<Database>): Database {
  return new Proxy(database, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name)
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function from(server: TestServer, fields: Record<string, string>) {
  return server.app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress: '203.0.113.7',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })
}
