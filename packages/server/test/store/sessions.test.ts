import { beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/open.js'
import type { SessionId, UserId } from '../../src/store/schema.js'
import { databases } from '../databases.js'
import { entry, NOW, session, user } from './rows.js'

for (const database of databases) {
  describe(`sessions on ${database.name}`, () => {
    let store: Store
    let userId: UserId

    beforeEach(async () => {
      store = await database.open()
      const owner = user()
      userId = owner.id
      await store.users.create(owner, 'hash', entry())
      return () => store.close()
    })

    it('gives back an opened session as it was, and the entry beside it', async () => {
      const row = session(userId, { scope: 'a b', counter: 2 ** 40 })
      const event = entry({ event: 'signed_in', session_id: row.id, detail: '{"a":1}' })
      await store.sessions.open(row, event)
      expect(await store.sessions.find(row.id)).toEqual(row)
      expect((await store.audit.list({ limit: 10 })).rows).toContainEqual(event)
    })

    it('finds no session under an unknown id', async () => {
      expect(await store.sessions.find('unknown' as SessionId)).toBeUndefined()
    })

    it('E11 opens no session under the id of another', async () => {
      const row = session(userId)
      await store.sessions.open(row, entry())
      const second = store.sessions.open({ ...row, client_id: 'other' }, entry({ event: 'second' }))
      await expect(second).rejects.toThrow()
      expect(await store.sessions.find(row.id)).toEqual(row)
      const { rows } = await store.audit.list({ limit: 10 })
      expect(rows.map(({ event }) => event)).not.toContain('second')
    })

    it('opens no session of a user who is not there or disabled', async () => {
      const refused = { code: 'wrong_credentials' }
      const nobodys = session('nobody' as UserId)
      await expect(store.sessions.open(nobodys, entry())).rejects.toMatchObject(refused)
      await store.users.setDisabled({ userId, disabled: true, at: NOW, event: entry() })
      const late = session(userId)
      await expect(store.sessions.open(late, entry())).rejects.toMatchObject(refused)
      expect(await store.sessions.find(late.id)).toBeUndefined()
    })

    it('M06 leaves no live session where sign-ins and disabling meet', async () => {
      const rows = Array.from({ length: 12 }, () => session(userId))
      const open = (row: (typeof rows)[number]) => store.sessions.open(row, entry())
      await Promise.allSettled([
        ...rows.slice(0, 6).map(open),
        store.users.setDisabled({ userId, disabled: true, at: NOW, event: entry() }),
        ...rows.slice(6).map(open),
      ])
      const found = await Promise.all(rows.map((row) => store.sessions.find(row.id)))
      expect(found.filter((row) => row?.ended_at === null)).toEqual([])
    })
  })
}
