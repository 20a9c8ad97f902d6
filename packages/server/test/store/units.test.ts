import { beforeEach, describe, expect, it } from 'vitest'
import { auditEntry } from '../../src/store/audit.js'
import type { Database } from '../../src/store/database.js'
import { migrate } from '../../src/store/migrations.js'
import { openDatabase } from '../../src/store/open.js'
import { databases } from '../databases.js'
import { entry } from './rows.js'

for (const { name, url } of databases) {
  describe(`reads and units on ${name}`, () => {
    let database: Database

    beforeEach(async () => {
      database = await openDatabase(await url(), Date.now)
      await migrate(database)
      return () => database.close()
    })

    const append = (id: string) => auditEntry(database.build, entry({ id }))
    const select = () => database.build.selectFrom('audit').select('id').orderBy('id')
    const stored = async () => (await database.read(select().compile())).map((row) => row.id)

    it('answers with the rows that each statement returned', async () => {
      const insert = database.build
        .insertInto('audit')
        .values(entry({ id: 'a' }))
        .returning('id')
      const outcome = await database.write([
        append('b'),
        { query: insert.compile(), requires: 1 },
        { query: select().compile(), requires: 2 },
      ])
      expect(outcome).toEqual({ done: true, rows: [[], [{ id: 'a' }], [{ id: 'a' }, { id: 'b' }]] })
    })

    it('keeps nothing of a unit whose requirement fails, and says which', async () => {
      const update = database.build.updateTable('audit').set({ event: 'changed' })
      const outcome = await database.write([
        append('a'),
        append('b'),
        { query: update.compile(), requires: 1 },
        append('c'),
      ])
      expect(outcome).toEqual({ done: false, failed: 2 })
      expect(await stored()).toEqual([])
    })

    it('keeps nothing of a unit with a statement that fails, and all of those beside it', async () => {
      const outcomes = await Promise.allSettled([
        database.write([append('a')]),
        database.write([append('b'), append('b')]),
        database.write([append('c')]),
      ])
      expect(outcomes.map((outcome) => outcome.status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
      ])
      expect(await stored()).toEqual(['a', 'c'])
    })

    it.each([{}, { touchesOneAtMost: true as const }])(
      'lets one of two compare-and-sets win: %j',
      async (mark) => {
        await database.write([append('a')])
        const set = (event: string) => {
          const update = database.build.updateTable('audit').set({ event })
          const query = update.where('id', '=', 'a').where('event', '=', 'tested').compile()
          return database.write([{ query, requires: 1, ...mark }])
        }
        const outcomes = await Promise.all([set('first'), set('second')])
        expect(outcomes.filter((outcome) => outcome.done)).toHaveLength(1)
      },
    )

    it('finishes what is under way before it closes, and refuses what comes after', async () => {
      const writing = Promise.all(['a', 'b', 'c'].map((id) => database.write([append(id)])))
      const closing = database.close()
      const refused = { code: 'storage_unavailable' }
      await expect(database.write([append('d')])).rejects.toMatchObject(refused)
      expect(await writing).toHaveLength(3)
      await closing
      await expect(database.read(select().compile())).rejects.toMatchObject(refused)
      await expect(database.ping()).rejects.toMatchObject(refused)
      await database.close()
    })

    it('gives back whole numbers up to the largest that is exact', async () => {
      const numbers = [0, -1, 2 ** 31, Number.MAX_SAFE_INTEGER]
      const inserts = numbers.map((applied_at) => ({
        query: database.build
          .insertInto('migrations')
          .values({ name: String(applied_at), applied_at, usable_by: '' })
          .compile(),
      }))
      await database.write(inserts)
      const query = database.build.selectFrom('migrations').selectAll().compile()
      const rows = await database.read(query)
      for (const number of numbers) {
        expect(rows).toContainEqual({ name: String(number), applied_at: number, usable_by: '' })
      }
    })
  })
}
