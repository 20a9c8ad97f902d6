import { beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src/store/open.js'
import type { Instant } from '../../src/store/schema.js'
import { databases } from '../databases.js'
import { client, entry } from './rows.js'

const ALWAYS = 0 as Instant

for (const database of databases) {
  describe(`the change feed on ${database.name}`, () => {
    let store: Store
    let ahead = 0

    beforeEach(async () => {
      ahead = 0
      store = await openStore(await database.url(), { clock: () => Date.now() + ahead })
      return () => store.close()
    })

    const subjects = async (from: Instant | { ago: number }) =>
      (await store.changes.since(from)).changes.map(({ subject }) => subject)

    it('tells what happened since a time, oldest first, and which time it is', async () => {
      const { changes, now } = await store.changes.since(ALWAYS)
      expect(changes).toEqual([])
      await store.changes.endToken('first', entry())
      ahead = 60_000
      await store.changes.endToken('second', entry())
      expect(await subjects(ALWAYS)).toEqual(['first', 'second'])
      expect(await subjects(now)).toEqual(['first', 'second'])
      expect(await subjects((now + 30_000) as Instant)).toEqual(['second'])
      expect(await subjects({ ago: 30_000 })).toEqual(['second'])
      expect(await subjects({ ago: 90_000 })).toEqual(['first', 'second'])
      const later = await store.changes.since(ALWAYS)
      expect(later.now).toBeGreaterThanOrEqual(later.changes[1]?.at ?? Number.POSITIVE_INFINITY)
    })

    it('F05 tells once of a token that is ended twice, with an entry for each', async () => {
      await Promise.all([1, 2].map(() => store.changes.endToken('jti', entry({ event: 'ended' }))))
      expect(await store.changes.since(ALWAYS)).toMatchObject({
        changes: [{ kind: 'token_ended', subject: 'jti' }],
      })
      const { rows } = await store.audit.list({ limit: 10 })
      expect(rows.map(({ event }) => event)).toEqual(['ended', 'ended'])
    })

    it('M06 tells of nothing whose entry can not be written', async () => {
      const event = entry()
      await store.audit.append(event)
      const row = client()
      await store.clients.create(row, undefined, entry())
      await expect(store.changes.endToken('jti', event)).rejects.toThrow()
      await expect(store.clients.edit(row.id, { state: 'deleted' }, event)).rejects.toThrow()
      expect(await subjects(ALWAYS)).toEqual([])
      expect(await store.clients.find(row.id)).toMatchObject({ state: 'enabled' })
    })

    it('forgets what happened before a time', async () => {
      await store.changes.endToken('old', entry())
      ahead = 60_000
      await store.changes.endToken('new', entry())
      await store.cleanUp.forgetChanges((Date.now() + 30_000) as Instant, 10)
      expect(await subjects(ALWAYS)).toEqual(['new'])
    })
  })

  describe(`the keys of refresh tokens on ${database.name}`, () => {
    it('M06 are made once for a generation, however many try', async () => {
      const store = await database.open()
      const row = (id: string, generation: number) => ({
        id,
        generation,
        wrapped_key: `wrapped ${id}`,
        created_at: 1_764_000_000_000 as Instant,
      })
      expect(await store.refreshKeys.list()).toEqual([])
      const rivals = ['a', 'b', 'c', 'd'].map((id) => row(id, 2))
      const added = await Promise.all(rivals.map((rival) => store.refreshKeys.add(rival)))
      expect(added.filter(Boolean)).toHaveLength(1)
      expect(await store.refreshKeys.add(row('first', 1))).toBe(true)
      expect(await store.refreshKeys.list()).toEqual([row('first', 1), rivals[added.indexOf(true)]])
      await store.close()
    })
  })
}
