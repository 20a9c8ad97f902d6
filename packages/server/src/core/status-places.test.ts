import { describe, expect, it } from 'vitest'
import { databases } from '../../test/databases.js'
import { openStore, type Store } from '../store/open.js'
import type { Instant, StatusPlace } from '../store/schema.js'
import { shuffle } from './random.js'
import { blockLife, StatusPlaces } from './status-places.js'

const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function ignore(): void {}

for (const database of databases) {
  describe(`places in status lists on ${database.name}`, () => {
    let now = Date.now() as Instant
    const placesOf = (store: Store) => new StatusPlaces({ store, clock: () => now, log, shuffle })

    it('A06 are 100,000 without a double, given by two processes at once', async () => {
      const url = await database.url()
      const stores = await Promise.all([openStore(url), openStore(url)])
      const takers = stores.map(placesOf)
      const seen = new Set<string>()
      for (let round = 0; round < 50; round++) {
        const taken = await Promise.all(
          takers.flatMap((places) => Array.from({ length: 1000 }, () => places.take())),
        )
        for (const { list, index } of taken) seen.add(`${list}:${index}`)
      }
      expect(seen.size).toBe(100_000)
      await Promise.all(takers.map((places) => places.stop()))
      await Promise.all(stores.map((store) => store.close()))
    })

    it('are never given again, although the process that had them ended with some left', async () => {
      const store = await database.open()
      const first = placesOf(store)
      await first.start()
      const before = await Promise.all(Array.from({ length: 10 }, () => first.take()))
      await first.stop()
      const second = placesOf(store)
      await second.start()
      const after = await Promise.all(Array.from({ length: 2000 }, () => second.take()))
      await second.stop()
      const keys = [...before, ...after].map(({ list, index }: StatusPlace) => `${list}:${index}`)
      expect(new Set(keys).size).toBe(2010)
    })

    it('come in an order that says nothing of who was first', async () => {
      const store = await database.open()
      const places = placesOf(store)
      const taken = await Promise.all(Array.from({ length: 500 }, () => places.take()))
      await places.stop()
      const indexes = taken.map(({ index }) => index)
      const followers = indexes.filter(
        (index, at) => Math.abs(index - (indexes[at - 1] ?? -9)) === 1,
      )
      // By chance one in five hundred or so.
      expect(followers.length).toBeLessThan(20)
    })

    it('go on in the next list, which was made with the first place of the one before', async () => {
      const store = await database.open()
      const places = placesOf(store)
      await places.start()
      expect((await store.statusLists.list()).map(({ number }) => number)).toEqual([1, 2])
      await places.stop()
      const [open] = await store.statusLists.list()
      // As if others had taken the rest.
      await store.statusLists.claim(1, open?.claimed ?? 0, 2 ** 20 - (open?.claimed ?? 0), 2 ** 20)
      const taken = await Promise.all(Array.from({ length: 3000 }, () => places.take()))
      await places.stop()
      expect(new Set(taken.map(({ list }) => list))).toEqual(new Set([1, 2]))
      expect((await store.statusLists.list()).map(({ number }) => number)).toEqual([1, 2, 3])
    })

    it('are given within a day of being taken, or not at all', async () => {
      const store = await database.open()
      const places = placesOf(store)
      await places.start()
      const { index } = await places.take()
      expect(index).toBeLessThan(1024)
      now = (now + blockLife) as Instant
      const later = await places.take()
      await places.stop()
      expect(later.index).toBeGreaterThanOrEqual(1024)
    })

    it('are refused while the database is away', async () => {
      const url = await database.url()
      const store = await openStore(url)
      await store.close()
      await expect(placesOf(store).take()).rejects.toMatchObject({ code: 'storage_unavailable' })
    })
  })
}
