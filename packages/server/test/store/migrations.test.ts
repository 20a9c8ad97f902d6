import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import { start } from '../../src/store/migrations/0001-start.js'
import { type Migration, migrate, migrationStates } from '../../src/store/migrations.js'
import { openDatabase, openStore } from '../../src/store/open.js'
import { databases } from '../databases.js'

const OPENER = fileURLToPath(new URL('./open-and-close.mjs', import.meta.url))

for (const { name, url } of databases) {
  describe(`migrations on ${name}`, () => {
    it('are applied when a store opens, and the next time there is nothing to do', async () => {
      const address = await url()
      for (const openings of [1, 2]) {
        const store = await openStore(address)
        const states = await store.migrations()
        expect(states, `opening ${openings}`).toEqual([{ name: '0001-start', applied: true }])
        expect(await store.migrate()).toEqual([])
        await store.close()
      }
    })

    it('wait where the caller wants that', async () => {
      const store = await openStore(await url(), { migrate: false })
      expect(await store.migrations()).toEqual([{ name: '0001-start', applied: false }])
      const pending = { check: 'migrations', ok: false, detail: 'not applied: 0001-start' }
      expect(await store.examine()).toContainEqual(pending)
      expect(await store.migrate()).toEqual(['0001-start'])
      expect(await store.examine()).toContainEqual({
        check: 'migrations',
        ok: true,
        detail: 'all applied',
      })
      await store.close()
    })

    it('M10 are applied once where several open a new database at the same moment', async () => {
      const address = await url()
      const opened = await Promise.all([1, 2, 3].map(() => openDatabase(address)))
      const applied = await Promise.all(opened.map((database) => migrate(database)))
      expect(applied.flat()).toEqual(['0001-start'])
      await Promise.all(opened.map((database) => database.close()))
    })

    it('M10 let several processes open a new database at the same moment', async () => {
      const address = await url()
      const processes = [1, 2, 3].map(() => spawn(process.execPath, [OPENER, address]))
      const statuses = await Promise.all(
        processes.map(async (process) => (await once(process, 'exit'))[0]),
      )
      expect(statuses).toEqual([0, 0, 0])
    })

    it('M10 leave nothing of one that fails, and go on from there', async () => {
      const database = await openDatabase(await url())
      const statements = ['create table half (a integer)', 'create table half (a integer)']
      const broken = migration('0002-half', statements)
      await expect(migrate(database, [start, broken])).rejects.toThrow()
      expect(await database.hasTable('half')).toBe(false)
      expect(await migrationStates(database, [start, broken])).toEqual([
        { name: '0001-start', applied: true },
        { name: '0002-half', applied: false },
      ])
      const mended = migration('0002-half', statements.slice(1))
      expect(await migrate(database, [start, mended])).toEqual(['0002-half'])
      expect(await database.hasTable('half')).toBe(true)
      await database.close()
    })

    it('M10 refuse a database that a newer version has made', async () => {
      const address = await url()
      const database = await openDatabase(address)
      await migrate(database, [start, migration('0002-of-tomorrow', [])])
      await database.close()
      const refused = {
        code: 'storage_unavailable',
        message: expect.stringContaining('0002-of-tomorrow'),
      }
      await expect(openStore(address)).rejects.toMatchObject(refused)
      await expect(openStore(address, { migrate: false })).rejects.toMatchObject(refused)
    })
  })
}

function migration(name: string, statements: string[]): Migration {
  return { name, statements: () => statements.map((statement) => CompiledQuery.raw(statement)) }
}
