import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CompiledQuery, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.js'
import { takeMigrationLock } from '../../src/store/migration-lock.js'
import { start } from '../../src/store/migrations/0001-start.js'
import { MIGRATIONS, type Migration, migrate, migrationStates } from '../../src/store/migrations.js'
import { openDatabase, openStore } from '../../src/store/open.js'
import type { SessionId, UserId, UserRow } from '../../src/store/schema.js'
import { databases, newUrl } from '../databases.js'
import { client, entry, NOW, session, user } from './rows.js'

const OPENER = fileURLToPath(new URL('./open-and-close.mjs', import.meta.url))

for (const { name } of databases) {
  describe(`migrations on ${name}`, () => {
    it('are applied when a store opens, and the next time there is nothing to do', async () => {
      const address = await newUrl(name)
      for (const openings of [1, 2]) {
        const store = await openStore(address)
        const states = await store.migrations()
        expect(states[0], `opening ${openings}`).toEqual({ name: '0001-start', applied: true })
        expect(states.every(({ applied }) => applied)).toBe(true)
        expect(await store.migrate()).toEqual([])
        await store.close()
      }
    })

    it('wait where the caller wants that', async () => {
      const store = await openStore(await newUrl(name), { migrate: false })
      const states = await store.migrations()
      const names = states.map(({ name }) => name)
      expect(names[0]).toBe('0001-start')
      expect(states.some(({ applied }) => applied)).toBe(false)
      expect(await store.examine()).toContainEqual({
        check: 'migrations',
        verdict: 'warns',
        detail: `not applied: ${names.join(', ')}`,
        remedy: '`latchkey migrate` or a start does it',
      })
      expect(await store.migrate()).toEqual(names)
      expect(await store.examine()).toContainEqual({
        check: 'migrations',
        verdict: 'holds',
        detail: 'all applied',
      })
      await store.close()
    })

    it('M10 are applied once where several open a new database at the same moment', async () => {
      const address = await newUrl(name)
      const opened = await Promise.all([1, 2, 3].map(() => openDatabase(address, Date.now)))
      const applied = await Promise.all(opened.map((database) => migrate(database)))
      const [first] = opened
      const known = first && (await migrationStates(first)).map((state) => state.name)
      expect(applied.flat().toSorted()).toEqual(known?.toSorted())
      await Promise.all(opened.map((database) => database.close()))
    })

    it('M10 let several processes open a new database at the same moment', async () => {
      const address = await newUrl(name)
      const processes = [1, 2, 3].map(() => spawn(process.execPath, [OPENER, address]))
      const statuses = await Promise.all(
        processes.map(async (process) => (await once(process, 'exit'))[0]),
      )
      expect(statuses).toEqual([0, 0, 0])
    })

    it('M10 leave nothing of one that fails, and go on from there', async () => {
      const database = await openDatabase(await newUrl(name), Date.now)
      const half = 'create table if not exists half (a integer)'
      const broken = migration('0002-half', [half, 'create table'])
      await expect(migrate(database, [start, broken])).rejects.toThrow()
      expect(await database.hasTable('half')).toBe(false)
      expect(await migrationStates(database, [start, broken])).toEqual([
        { name: '0001-start', applied: true },
        { name: '0002-half', applied: false },
      ])
      const mended = migration('0002-half', [half])
      expect(await migrate(database, [start, mended])).toEqual(['0002-half'])
      expect(await database.hasTable('half')).toBe(true)
      await database.close()
    })

    it('M10 refuse a database of a newer version that breaks this one', async () => {
      const address = await newUrl(name)
      const database = await openDatabase(address, Date.now)
      const breaking = { ...migration('9998-of-tomorrow', []), breaks: 'all' }
      const adding = migration('9999-of-the-day-after', [])
      await migrate(database, [...MIGRATIONS, breaking, adding])
      await database.close()
      const refused = {
        code: 'storage_unavailable',
        message: expect.stringContaining('it has 9998-of-tomorrow, 9999-of-the-day-after'),
      }
      await expect(openStore(address)).rejects.toMatchObject(refused)
      await expect(openStore(address, { migrate: false })).rejects.toMatchObject(refused)
    })

    it('of a newer version that only add are told of, and the store opens', async () => {
      const address = await newUrl(name)
      const database = await openDatabase(address, Date.now)
      await migrate(database, [...MIGRATIONS, migration('9999-of-tomorrow', [])])
      await database.close()
      const told: string[][] = []
      const store = await openStore(address, { onNewer: (names) => told.push(names) })
      expect(told).toEqual([['9999-of-tomorrow']])
      expect(await store.examine()).toContainEqual({
        check: 'migrations',
        verdict: 'holds',
        detail:
          'all applied; the database is newer than this version, and fits it (9999-of-tomorrow)',
      })
      await store.close()
    })

    it('M10 wait for the process that is at it, and take over from one that was killed', async () => {
      const address = await newUrl(name)
      const [holder, other] = [
        await openDatabase(address, Date.now),
        await openDatabase(address, Date.now),
      ]
      const long = { lease: 60_000, patience: 0 }
      const held = await takeMigrationLock(holder, long)
      await expect(migrate(other, [start], long)).rejects.toMatchObject({
        code: 'storage_unavailable',
        message: expect.stringContaining('Another process has been changing the tables'),
      })
      await held.release()
      // Whoever takes it, and is gone without a word.
      const killed = await openDatabase(address, Date.now)
      await takeMigrationLock(killed, { lease: 200, patience: 0 })
      await killed.close()
      expect(await migrate(other, [start], { patience: 30_000 })).toEqual(['0001-start'])
      await Promise.all([holder.close(), other.close()])
    })

    it('M10 stop where another process has taken over', async () => {
      const address = await newUrl(name)
      const [stopped, other] = [
        await openDatabase(address, Date.now),
        await openDatabase(address, Date.now),
      ]
      const lock = await takeMigrationLock(stopped, { lease: 60_000, patience: 0 })
      const query = sql`update migration_lock set held_until = 0`.compile(other.build)
      await other.write([{ query }])
      const next = await takeMigrationLock(other, { lease: 60_000, patience: 0 })
      await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'storage_unavailable' })
      await lock.release()
      await next.assertHeld()
      await next.release()
      await Promise.all([stopped.close(), other.close()])
    })

    it('M10 lose nothing of a database of the first version: its usernames are taken, and its key signs', async () => {
      const address = await newUrl(name)
      const old = await openDatabase(address, Date.now)
      await migrate(old, [start])
      const owner = user({ username: 'Ann' })
      const live = oldSession(owner.id, LIVE)
      const over = { ...oldSession(owner.id, OVER), ended_at: NOW, ended_why: 'tested' }
      await old.write([
        { query: insertOldUser(old, owner) },
        {
          query: old.build
            .insertInto('passwords')
            .values({ user_id: owner.id, hash: 'hash', changed_at: NOW })
            .compile(),
        },
        { query: insertOldSession(old, live) },
        { query: insertOldSession(old, over) },
        { query: insert(old, 'signing_keys', oldKey) },
      ])
      await old.close()

      const store = await openStore(address)
      const login = await store.users.findByLogin({ usernameKey: 'ann' })
      expect(login).toEqual({ ...owner, hash: 'hash', password_at: NOW })
      const added = {
        epoch: 0,
        rotated_at: null,
        password_at: null,
        address: null,
        user_agent: null,
        status_list: null,
        status_index: null,
        claims_changed: 0,
      }
      expect(await store.sessions.find(LIVE)).toEqual({ ...live, ...added })
      expect(await store.sessions.find(OVER)).toMatchObject({ ended_at: NOW, ended_why: 'tested' })
      expect(await store.users.findCaller({ id: owner.id }, LIVE)).toMatchObject({
        sessionEnded: false,
      })
      expect(await store.users.create(user({ username: 'ann' }), null, entry())).toBe(
        'username_taken',
      )
      expect(await store.clients.create(client({ id: 'ann' }), undefined, entry())).toBe(false)
      expect(await store.clients.create(client({ id: 'bob' }), undefined, entry())).toBe(true)
      expect(await store.keys.list()).toEqual([{ ...oldKey, signs_from: NOW, retired_at: null }])
      await store.close()
    })
  })
}

const LIVE = 'live' as SessionId
const OVER = 'over' as SessionId

/** A key as the first version wrote it. */
const oldKey = {
  kid: 'old',
  algorithm: 'EdDSA',
  generation: 1,
  public_jwk: '{}',
  wrapped_private_key: 'wrapped',
  created_at: NOW,
}

/** A session as the first version wrote it. */
function oldSession(userId: UserId, id: SessionId) {
  const { epoch, rotated_at, password_at, address, user_agent, ...second } = session(userId)
  const { status_list, status_index, claims_changed, ...old } = second
  return { ...old, id }
}

/** Without the columns that came later. */
function insertOldUser(database: Database, { metadata, admin_metadata, ...old }: UserRow) {
  return insert(database, 'users', old)
}

function insertOldSession(database: Database, row: ReturnType<typeof oldSession>) {
  return insert(database, 'sessions', row)
}

/** A row of columns that the table had once. */
function insert(database: Database, table: string, row: object) {
  const columns = sql.join(Object.keys(row).map((column) => sql.ref(column)))
  const values = sql.join(Object.values(row))
  return sql`insert into ${sql.table(table)} (${columns}) values (${values})`.compile(
    database.build,
  )
}

function migration(name: string, statements: string[]): Migration {
  return { name, statements: () => statements.map((statement) => CompiledQuery.raw(statement)) }
}
