import { beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/open.js'
import { databases } from '../databases.js'
import { entry, signingKey } from './rows.js'

for (const database of databases) {
  describe(`signing keys on ${database.name}`, () => {
    let store: Store

    beforeEach(async () => {
      store = await database.open()
      return () => store.close()
    })

    it('lists keys by algorithm and generation, as they were added', async () => {
      const keys = [
        signingKey({ algorithm: 'EdDSA', generation: 1 }),
        signingKey({ algorithm: 'EdDSA', generation: 2 }),
        signingKey({ algorithm: 'RS256', generation: 1 }),
      ]
      for (const key of keys.toReversed()) expect(await store.keys.add(key, entry())).toBe(true)
      expect(await store.keys.list()).toEqual(keys)
    })

    it('M06 lets one of many make a generation, and keeps nothing of the others', async () => {
      const rivals = Array.from({ length: 6 }, () => signingKey())
      const added = await Promise.all(rivals.map((key) => store.keys.add(key, entry())))
      expect(added.filter(Boolean)).toHaveLength(1)
      expect(await store.keys.list()).toEqual([rivals[added.indexOf(true)]])
      expect((await store.audit.list({ limit: 10 })).rows).toHaveLength(1)
    })
  })
}
