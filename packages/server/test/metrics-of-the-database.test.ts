/** What `/metrics` shows of the database, and of what only the database knows. */

import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StoredNumbers } from '../src/core/measures/stored-numbers.js'
import { openStore, type Store } from '../src/store/open.js'
import type { Instant } from '../src/store/schema.js'
import { databases } from './databases.js'
import { numberOf, numbersOf } from './metrics-reader.js'
import { entry, mail, session, user } from './store/rows.js'
import { testServer } from './test-server.js'

for (const database of databases) {
  describe(`the metrics on ${database.name}`, () => {
    const opened = async () => {
      const store = await openStore(await database.url())
      onTestFinished(() => store.close())
      return store
    }

    it('show what waits in front of the database, and its connections', async () => {
      const store = await opened()
      const writes = Array.from({ length: 30 }, () => store.audit.append(entry()))
      expect(store.load().waiting).toBeGreaterThan(15)
      await Promise.all(writes)
      expect(store.load().waiting).toBe(0)
      const { connections } = store.load()
      if (store.engine === 'SQLite') expect(connections).toBeUndefined()
      else expect(connections).toEqual({ busy: 0, idle: 10 })
    })

    it('have both of a server', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      expect(await numberOf(server, 'latchkey_database_queue_length')).toBe(0)
      const connections = await numbersOf(server, 'latchkey_database_connections')
      if (database.name === 'SQLite') expect(connections).toEqual({})
      else expect(connections.idle).toBeGreaterThan(0)
      expect(await numberOf(server, 'latchkey_mails_waiting')).toBe(0)
      expect(await numberOf(server, 'latchkey_sessions_live')).toBe(0)
      expect(await numberOf(server, 'latchkey_mail_wait_seconds')).toBe(0)
    })

    it('show how many mails wait, and for how long, however often they were tried', async () => {
      const store = await opened()
      const owner = user()
      await store.users.create(owner, null, entry())
      for (const at of [2_000, 1_000, 90_000]) {
        const times = { created_at: at as Instant, due_at: at as Instant }
        await store.audit.append(entry(), mail(times))
      }
      expect(await numbersAt(store, 31_000)).toMatchObject({ waiting: 3, wait: 30 })
      expect(await numbersAt(store, 500)).toMatchObject({ waiting: 3, wait: 0 })
      await store.mails.take(10_000 as Instant, 400_000 as Instant, 20)
      expect(await numbersAt(store, 31_000)).toMatchObject({ waiting: 3, wait: 30 })
    })

    it('show how many sessions live', async () => {
      const store = await opened()
      const owner = user()
      await store.users.create(owner, null, entry())
      const used = { created_at: 0 as Instant, last_used_at: 0 as Instant }
      const over = session(owner.id, used)
      for (const row of [over, session(owner.id, used), session(owner.id, used)]) {
        await store.sessions.open(row, '', entry())
      }
      await store.sessions.end(over.id, 'signed_out', entry())
      expect(await numbersAt(store, 1_000)).toMatchObject({ live: 2 })
      expect(await numbersAt(store, 2 * lifetimes.idle)).toMatchObject({ live: 0 })
    })

    it('leave out what the database does not answer', async () => {
      const store = await opened()
      await store.close()
      expect(await numbersAt(store, 0)).toEqual({})
    })

    it('count a status list that was signed, and one that stood', async () => {
      const server = await testServer({ databaseUrl: await database.url(), statusTtl: '1s' })
      const name = 'latchkey_status_list_publications_total'
      const look = () => server.app.inject('/status-lists/1')
      expect((await look()).statusCode).toBe(200)
      await look()
      expect(await numbersOf(server, name)).toEqual({ signed: 1 })
      server.pass(1_000)
      await look()
      expect(await numbersOf(server, name)).toEqual({ signed: 1, unchanged: 1 })
    })
  })
}

const lifetimes = { idle: 60_000, session: 600_000 }

async function numbersAt(store: Store, now: number): Promise<Record<string, number | undefined>> {
  const log = pino({ level: 'silent' })
  const numbers = new StoredNumbers({ store, clock: () => now as Instant, log, lifetimes })
  await numbers.start()
  await numbers.stop()
  const named = numbers.families().map(({ name, samples: [sample] }) => {
    const [, short = name] = /_(live|waiting|wait)(?:_|$)/.exec(name) ?? []
    return [short, sample?.value]
  })
  return Object.fromEntries(named)
}
