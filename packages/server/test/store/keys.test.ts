import { beforeEach, describe, expect, it } from 'vitest'
import type { NewKey } from '../../src/store/keys.js'
import type { Store } from '../../src/store/open.js'
import type { KeyId } from '../../src/store/schema.js'
import { databases } from '../databases.js'
import { entry, newKey } from './rows.js'

for (const database of databases) {
  describe(`signing keys on ${database.name}`, () => {
    let store: Store

    beforeEach(async () => {
      store = await database.open()
      return () => store.close()
    })

    async function added(fields: Partial<NewKey> = {}): Promise<KeyId> {
      const key = newKey(fields)
      expect(await store.keys.add(key, entry())).toBe(true)
      return key.kid
    }

    async function events(): Promise<number> {
      return (await store.audit.list({ limit: 100 })).rows.length
    }

    it('lists keys by algorithm and generation, as they were added', async () => {
      const keys = [
        newKey({ algorithm: 'EdDSA', generation: 1 }),
        newKey({ algorithm: 'EdDSA', generation: 2 }),
        newKey({ algorithm: 'RS256', generation: 1 }),
      ]
      for (const key of keys.toReversed()) expect(await store.keys.add(key, entry())).toBe(true)
      const stored = keys.map(({ ahead, ...key }) => ({
        ...key,
        signs_from: expect.any(Number),
        retired_at: null,
      }))
      expect(await store.keys.list()).toEqual(stored)
    })

    it('says by the database’s clock when a key begins to sign', async () => {
      const before = (await store.keys.read()).now
      await added({ ahead: 60_000 })
      const { rows, now } = await store.keys.read()
      const [key] = rows
      expect(key?.signs_from).toBeGreaterThanOrEqual(before + 60_000)
      expect(key?.signs_from).toBeLessThanOrEqual(now + 60_000)
    })

    it('M06 lets one of many make a generation, and keeps nothing of the others', async () => {
      const rivals = Array.from({ length: 6 }, () => newKey())
      const outcomes = await Promise.all(rivals.map((key) => store.keys.add(key, entry())))
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      const kids = (await store.keys.list()).map(({ kid }) => kid)
      expect(kids).toEqual([rivals[outcomes.indexOf(true)]?.kid])
      expect(await events()).toBe(1)
    })

    it('lets a key sign that waits, once, and none that signs or was retired', async () => {
      const signing = await added()
      const waiting = await added({ generation: 2, ahead: 60_000 })
      expect(await store.keys.promote(signing, 0, entry())).toBe(false)
      const outcomes = await Promise.all(
        [1, 2, 3].map(() => store.keys.promote(waiting, 0, entry())),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      const { rows, now } = await store.keys.read()
      expect(rows.every((row) => row.signs_from <= now)).toBe(true)
      const retired = await added({ generation: 3, ahead: 60_000 })
      await store.keys.retire(retired, undefined, entry())
      expect(await store.keys.promote(retired, 0, entry())).toBe(false)
      expect(await events()).toBe(5)
    })

    it('lets a key sign sooner, and never later', async () => {
      const waiting = await added({ ahead: 60_000 })
      expect(await store.keys.promote(waiting, 90_000, entry())).toBe(false)
      expect(await store.keys.promote(waiting, 5_000, entry())).toBe(true)
      const { rows, now } = await store.keys.read()
      expect(rows[0]?.signs_from).toBeGreaterThan(now)
      expect(rows[0]?.signs_from).toBeLessThanOrEqual(now + 5_000)
    })

    it('C07 retires a key with its successor, made or waiting, in one unit', async () => {
      const first = await added()
      const second = newKey({ generation: 2 })
      expect(await store.keys.retire(first, second, entry())).toBe(true)
      const third = await added({ generation: 3, ahead: 60_000 })
      expect(await store.keys.retire(second.kid, third, entry())).toBe(true)
      const { rows, now } = await store.keys.read()
      expect(rows.map(({ kid, retired_at }) => [kid, retired_at !== null])).toEqual([
        [first, true],
        [second.kid, true],
        [third, false],
      ])
      expect(rows.every(({ signs_from }) => signs_from <= now)).toBe(true)
    })

    it('M06 retires nothing where the successor is not to be had, or a second time', async () => {
      const first = await added()
      const second = await added({ generation: 2 })
      const before = await store.keys.list()
      expect(await store.keys.retire(first, newKey({ generation: 2 }), entry())).toBe(false)
      expect(await store.keys.retire(first, second, entry())).toBe(false)
      expect(await store.keys.list()).toEqual(before)
      expect(await store.keys.retire(first, undefined, entry())).toBe(true)
      const after = await store.keys.list()
      expect(await store.keys.retire(first, undefined, entry())).toBe(false)
      expect(await store.keys.list()).toEqual(after)
    })

    it('makes a key in the place of those that wait, and never of one that signs', async () => {
      const signing = await added()
      const waiting = await added({ generation: 2, ahead: 60_000 })
      const next = newKey({ algorithm: 'RS256' })
      expect(await store.keys.add(next, entry(), [signing])).toBe(false)
      expect(await store.keys.add(next, entry(), [waiting])).toBe(true)
      const kids = (await store.keys.list()).map(({ kid }) => kid)
      expect(kids).toEqual([signing, next.kid])
    })

    it('forgets all of the named keys or none', async () => {
      const kids = [await added(), await added({ generation: 2 })]
      expect(await store.keys.forget([...kids, 'another' as KeyId], entry())).toBe(false)
      expect(await store.keys.list()).toHaveLength(2)
      expect(await store.keys.forget(kids, entry())).toBe(true)
      expect(await store.keys.list()).toEqual([])
    })

    it('rewraps all of the named keys or none', async () => {
      const kid = await added({ wrapped_private_key: 'old' })
      const row = { id: 'refresh', generation: 1, wrapped_key: 'old', created_at: 0 as never }
      await store.refreshKeys.add(row)
      const both = [
        { table: 'signing_keys', id: kid, from: 'old', to: 'new' },
        { table: 'refresh_keys', id: 'refresh', from: 'old', to: 'new' },
      ] as const
      const [, second] = both
      expect(await store.keys.rewrap([both[0], { ...second, from: 'older' }], entry())).toBe(false)
      const wrapped = async () => [
        (await store.keys.list()).map(({ wrapped_private_key }) => wrapped_private_key),
        (await store.refreshKeys.list()).map(({ wrapped_key }) => wrapped_key),
      ]
      expect(await wrapped()).toEqual([['old'], ['old']])
      expect(await store.keys.rewrap(both, entry())).toBe(true)
      expect(await wrapped()).toEqual([['new'], ['new']])
    })
  })
}
