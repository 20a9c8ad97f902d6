import { beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/open.js'
import type { AuditRow, Instant, KeptAuditRow } from '../../src/store/schema.js'
import { databases } from '../databases.js'
import { entry, NOW } from './rows.js'

for (const database of databases) {
  describe(`the audit log on ${database.name}`, () => {
    let store: Store

    beforeEach(async () => {
      store = await database.open()
      return () => store.close()
    })

    it('lists what was appended, the newest first, page by page', async () => {
      const entries = [0, 1, 2, 3, 4].map((age) => kept({ at: (NOW + age) as Instant }))
      for (const { seal: _, ...row } of entries) await store.audit.append(row)
      const first = await store.audit.list({ limit: 3 })
      expect(first.rows).toEqual(entries.slice(2).reverse())
      const second = await store.audit.list({ limit: 3, after: first.next ?? '' })
      expect(second).toEqual({ rows: entries.slice(0, 2).reverse(), next: null })
    })

    it('K04 never writes one entry over another', async () => {
      const row = entry()
      await store.audit.append(row)
      await expect(store.audit.append({ ...row, event: 'other' })).rejects.toThrow()
      expect((await store.audit.list({ limit: 3 })).rows).toEqual([{ ...row, seal: null }])
    })
  })
}

function kept(fields: Partial<AuditRow>): KeptAuditRow {
  return { ...entry(fields), seal: null }
}
