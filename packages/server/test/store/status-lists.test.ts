import { beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src/store/open.js'
import type { Instant, SessionRow, StatusPlace, UserId, UserRow } from '../../src/store/schema.js'
import type { UserEdit } from '../../src/store/user-edits.js'
import { databases } from '../databases.js'
import { client, entry, NOW, session, user } from './rows.js'

const block = 1024
const size = 4 * block
const ALWAYS = 0 as Instant

for (const database of databases) {
  describe(`status lists on ${database.name}`, () => {
    let store: Store
    let owner: UserRow
    let userId: UserId

    beforeEach(async () => {
      store = await openStore(await database.url())
      owner = user({ scopes: 'a' })
      userId = owner.id
      await store.users.create(owner, 'hash', entry())
      await store.statusLists.make([1])
      return () => store.close()
    })

    async function opened(index: number | null, fields: Partial<SessionRow> = {}) {
      const place = { status_list: index === null ? null : 1, status_index: index }
      const row = session(userId, { ...place, ...fields })
      expect(await store.sessions.open(row, 'a', entry())).toBe(true)
      return row
    }

    const statuses = async () =>
      (await store.statusLists.statuses(1, 0, 100)).map(({ idx, value }) => [idx, value])

    /** What other processes learn of places. */
    const told = async () =>
      (await store.changes.since(ALWAYS)).changes
        .filter(({ kind }) => kind !== 'status_list_changed')
        .map(({ kind, status_list, status_index }) => [kind, status_list, status_index])

    it('are made once, and told of', async () => {
      await Promise.all([store.statusLists.make([1, 2]), store.statusLists.make([2, 1])])
      const made = { claimed: 0, full_at: null, created_at: expect.any(Number) }
      expect(await store.statusLists.list()).toEqual([1, 2].map((number) => ({ number, ...made })))
      const { changes } = await store.changes.since(ALWAYS)
      expect(changes.map(({ kind, subject }) => [kind, subject])).toEqual([
        ['status_list_changed', '1'],
        ['status_list_changed', '2'],
      ])
    })

    it('give each block of places to one of any number of callers', async () => {
      for (let claimed = 0; claimed < size; claimed += block) {
        const callers = Array.from({ length: 20 }, () =>
          store.statusLists.claim(1, claimed, block, size),
        )
        expect((await Promise.all(callers)).filter(Boolean)).toHaveLength(1)
      }
      const [full] = await store.statusLists.list()
      expect(full).toMatchObject({ number: 1, claimed: size, full_at: expect.any(Number) })
      expect(await store.statusLists.claim(7, 0, block, size)).toBe(false)
    })

    it('have the next one made with the first place that is taken, and not full before the last', async () => {
      await store.statusLists.claim(1, 0, block, size)
      expect(await store.statusLists.list()).toMatchObject([
        { number: 1, claimed: block, full_at: null },
        { number: 2, claimed: 0, full_at: null },
      ])
    })

    it('F05 hold 1 for each session that ends, and the feed says where', async () => {
      const [one, two] = [await opened(4), await opened(9)]
      for (const index of [size - 1, null]) await opened(index)
      await store.sessions.end(one.id, 'signed_out', entry())
      expect(await statuses()).toEqual([[4, 1]])
      await store.sessions.endAll({ userId, why: 'signed_out', except: two.id, event: entry() })
      expect(await statuses()).toEqual([
        [4, 1],
        [size - 1, 1],
      ])
      await edit({ disabled: true })
      expect(await statuses()).toEqual([
        [4, 1],
        [9, 1],
        [size - 1, 1],
      ])
      expect((await told()).toSorted()).toEqual(
        [4, 9, size - 1, null]
          .map((index) => ['session_ended', index === null ? null : 1, index])
          .toSorted(),
      )
    })

    it('F05 hold 1 for the sessions of a user who is deleted, and the feed says where', async () => {
      const [before] = [await opened(4), await opened(9), await opened(null)]
      await store.sessions.end(before.id, 'signed_out', entry())
      await store.userEdits.remove({ user: owner, event: entry() })
      expect(await statuses()).toEqual([
        [4, 1],
        [9, 1],
      ])
      const places = (await told()).map(([, list, index]) => [list, index])
      expect(places.toSorted()).toEqual(
        [
          [1, 4],
          [1, 9],
          [null, null],
        ].toSorted(),
      )
    })

    it('M06 hold nothing of an ending whose entry can not be written', async () => {
      const row = await opened(4)
      const event = entry()
      await store.audit.append(event)
      await expect(store.sessions.end(row.id, 'signed_out', event)).rejects.toThrow()
      await expect(store.changes.endToken('jti', event, { list: 1, index: 5 })).rejects.toThrow()
      expect(await statuses()).toEqual([])
    })

    it('M06 hold 1 at the place that a session has at its end, where refreshes and endings meet', async () => {
      const rows = await Promise.all(Array.from({ length: 12 }, (_, index) => opened(index)))
      await Promise.all(
        rows.flatMap(({ id }, index) => [
          store.sessions.advance(id, 0, { mark: 0, place: { list: 1, index: 100 + index } }),
          index % 2 === 0
            ? store.sessions.end(id, 'signed_out', entry())
            : store.sessions.endAll({ userId, why: 'password_changed', event: entry() }),
        ]),
      )
      const ended = await Promise.all(rows.map(({ id }) => store.sessions.find(id)))
      const places = ended.map((row) => row?.status_index ?? -1)
      expect((await statuses()).map(([idx]) => idx)).toEqual(places.toSorted((a, b) => a - b))
      expect((await told()).map(([, , index]) => index).toSorted()).toEqual(places.toSorted())
    })

    it('F05 hold 1 for a token that has no session, and nothing for one whose list is gone', async () => {
      const place = (list: number, index: number): StatusPlace => ({ list, index })
      for (const _ of ['once', 'and again']) {
        await store.changes.endToken('jti', entry(), place(1, 7))
      }
      await store.changes.endToken('old', entry(), place(99, 7))
      await store.changes.endToken('older', entry())
      expect(await statuses()).toEqual([[7, 1]])
      expect(await store.statusLists.statuses(99, 0, 9)).toEqual([])
    })

    async function edit(fields: Partial<UserEdit>) {
      const seen = (await store.users.findById(userId))?.updated_at ?? NOW
      return store.userEdits.edit({ userId, at: NOW, seen, events: [entry()], ...fields })
    }

    const setScopes = async (to: string) =>
      (await edit({ scopes: { to, unconcerned: [] } }))?.marked

    it('hold 3 for sessions whose claims have changed, and 1 stays 1', async () => {
      const [live, over, before] = [await opened(1), await opened(2), await opened(null)]
      await store.sessions.end(over.id, 'signed_out', entry())
      expect(await setScopes('b')).toEqual([{ list: 1, index: 1 }])
      expect(await statuses()).toEqual([
        [1, 3],
        [2, 1],
      ])
      expect(await told()).toContainEqual(['claims_changed', 1, 1])
      for (const [{ id }, mark] of [
        [live, 1],
        [over, 0],
        [before, 1],
      ] as const) {
        expect((await store.sessions.find(id))?.claims_changed).toBe(mark)
      }
      // Told once for a place, however often it is marked.
      expect(await setScopes('c')).toEqual([])
      await store.sessions.end(live.id, 'signed_out', entry())
      expect(await statuses()).toEqual([
        [1, 1],
        [2, 1],
      ])
    })

    it('M06 hold no 3 where the user is not as they were seen, or the entry can not be written', async () => {
      await opened(1)
      const scopes = { to: 'b', unconcerned: [] }
      expect(await edit({ scopes, seen: (NOW - 1) as Instant })).toBeUndefined()
      const event = entry()
      await store.audit.append(event)
      await expect(edit({ scopes, events: [event] })).rejects.toThrow()
      expect(await statuses()).toEqual([])
      expect(await store.users.findById(userId)).toMatchObject({ scopes: 'a' })
    })

    it('spare the sessions that a change does not concern, by client and scope', async () => {
      const groups = [
        ['app', null],
        ['app', 'a'],
        ['app', 'a b'],
        ['other', 'a'],
      ] as const
      for (const [index, [client_id, scope]] of groups.entries()) {
        await opened(index, { client_id, scope })
      }
      const found = await store.userEdits.groupsOf(userId)
      expect(found).toHaveLength(4)
      const unconcerned = found.filter(
        ({ client_id, scope }) => client_id === 'app' && scope === 'a',
      )
      const edited = await edit({ scopes: { to: '', unconcerned } })
      expect(edited?.marked.map(({ index }) => index).toSorted()).toEqual([0, 2, 3])
    })

    it('E04 a marked session takes a step to a new place only, and one caller does', async () => {
      const { id } = await opened(1)
      await setScopes('b')
      expect(await store.sessions.advance(id, 0)).toBe(false)
      const to = (index: number, mark = 1) => ({ mark, place: { list: 1, index } })
      expect(await store.sessions.advance(id, 0, to(50, 0))).toBe(false)
      const callers = Array.from({ length: 20 }, (_, index) =>
        store.sessions.advance(id, 0, to(50 + index)),
      )
      const outcomes = await Promise.all(callers)
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      expect(await store.sessions.find(id)).toMatchObject({
        counter: 1,
        claims_changed: 0,
        status_list: 1,
        status_index: 50 + outcomes.indexOf(true),
      })
      expect(await store.sessions.advance(id, 1)).toBe(true)
    })

    it('are gone at once, and their statuses after them, a few at a time', async () => {
      await store.statusLists.make([2])
      for (const index of [3, 4, 5]) {
        await store.changes.endToken(`jti ${index}`, entry(), { list: 1, index })
      }
      await store.changes.endToken('other', entry(), { list: 2, index: 3 })
      await store.statusLists.tidy(10)
      expect(await statuses()).toHaveLength(3)
      await store.statusLists.remove(1)
      expect((await store.statusLists.list()).map(({ number }) => number)).toEqual([2])
      const { changes } = await store.changes.since(ALWAYS)
      expect(changes.filter(({ subject }) => subject === '1')).toHaveLength(2)
      await store.statusLists.tidy(2)
      expect(await statuses()).toEqual([[5, 1]])
      await store.statusLists.tidy(2)
      expect(await statuses()).toEqual([])
      expect(await store.statusLists.statuses(2, 0, 9)).toHaveLength(1)
    })

    it('are read by pages', async () => {
      for (const index of [8, 1, 5]) {
        await store.changes.endToken(`jti ${index}`, entry(), { list: 1, index })
      }
      const page = async (from: number) =>
        (await store.statusLists.statuses(1, from, 2)).map(({ idx }) => idx)
      expect(await page(0)).toEqual([1, 5])
      expect(await page(6)).toEqual([8])
    })

    it('let one process at a time have a change of a client in hand', async () => {
      const from = { from: 'a b' }
      await store.clients.create(client({ id: 'app' }), undefined, entry())
      const change = { id: 'change', client_id: 'app', scopes: 'b', spread: 60_000 }
      expect(await store.clients.edit('app', { scopes: 'a' }, entry(), { ...from, change })).toBe(
        true,
      )
      const second = { from: 'a b', change: { ...change, id: 'second' } }
      expect(await store.clients.edit('app', { scopes: '' }, entry(), second)).toBe(false)
      const pending = await store.scopeChanges.pending()
      expect(pending).toMatchObject([{ ...change, slice: 0 }])
      const holds = Array.from({ length: 8 }, () => store.scopeChanges.hold('change', 60_000))
      expect((await Promise.all(holds)).filter(Boolean)).toHaveLength(1)
      await store.scopeChanges.release('change', 5)
      await store.scopeChanges.release('change', 3)
      expect(await store.scopeChanges.pending()).toMatchObject([{ slice: 5 }])
      expect(await store.scopeChanges.hold('change', 60_000)).toBe(true)
      await store.scopeChanges.forget('change')
      expect(await store.scopeChanges.pending()).toEqual([])
      expect(await store.scopeChanges.hold('change', 60_000)).toBe(false)
    })
  })
}
