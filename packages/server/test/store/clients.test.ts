import { beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../src/store/open.js'
import type { Instant } from '../../src/store/schema.js'
import { databases } from '../databases.js'
import { client, clientSecret, entry, NOW, user } from './rows.js'

for (const database of databases) {
  describe(`clients on ${database.name}`, () => {
    let store: Store
    let ahead = 0

    beforeEach(async () => {
      ahead = 0
      store = await openStore(await database.url(), { clock: () => Date.now() + ahead })
      return () => store.close()
    })

    async function created(fields: Parameters<typeof client>[0] = {}, digest?: string) {
      const row = client(fields)
      const secret = digest === undefined ? undefined : clientSecret(row.id, { digest })
      expect(await store.clients.create(row, secret, entry())).toBe(true)
      return row
    }

    const digests = async (id: string) => (await store.clients.find(id))?.digests.toSorted()
    const events = async () => (await store.audit.list({ limit: 100 })).rows.map((row) => row.event)
    const told = async () => (await store.changes.since(0 as Instant)).changes

    it('gives back a created client as it was, with the digest of its secret', async () => {
      const row = await created(
        { name: 'Zoë’s 🦊', access_token_ttl: 60, refresh_idle_ttl: 0, session_ttl: 2 ** 31 - 1 },
        'digest',
      )
      expect(await store.clients.find(row.id)).toEqual({ ...row, digests: ['digest'] })
      const open = await created({ confidential: 0 })
      expect(await store.clients.find(open.id)).toEqual({ ...open, digests: [] })
      expect(await store.clients.find('unknown')).toBeUndefined()
    })

    it('A04 gives an id once, whatever its case, and never one that is a username', async () => {
      await created({ id: 'Shop' }, 'digest')
      await store.users.create(user({ username: 'ann' }), null, entry())
      for (const id of ['Shop', 'shop', 'SHOP', 'Ann']) {
        const row = client({ id })
        const secret = clientSecret(id, { digest: 'stolen' })
        const event = entry({ event: 'refused' })
        expect(await store.clients.create(row, secret, event), id).toBe(false)
      }
      expect(await digests('Shop')).toEqual(['digest'])
      expect(await store.users.create(user({ username: 'shop' }), null, entry())).toBe(
        'username_taken',
      )
      expect(await events()).not.toContain('refused')
    })

    it('A04 gives a name to one of many who ask for it at once, users and clients', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          index % 2 === 0
            ? store.users.create(user({ username: 'same' }), null, entry())
            : store.clients.create(client({ id: 'same' }), undefined, entry()),
        ),
      )
      const winners = outcomes.filter((outcome) => outcome === 'created' || outcome === true)
      expect(winners).toHaveLength(1)
    })

    it('changes what is named and nothing else, and tells of it each time', async () => {
      const row = await created({}, 'digest')
      const bystander = await created()
      const edit = { name: 'New', session_ttl: 5, updated_at: (NOW + 1) as Instant }
      expect(await store.clients.edit(row.id, edit, entry({ event: 'edited' }))).toBe(true)
      expect(await store.clients.find(row.id)).toEqual({ ...row, ...edit, digests: ['digest'] })
      expect(await store.clients.find(bystander.id)).toEqual({ ...bystander, digests: [] })
      expect(await store.clients.edit(row.id, { session_ttl: null }, entry())).toBe(true)
      expect(await store.clients.find(row.id)).toMatchObject({ name: 'New', session_ttl: null })
      const change = { kind: 'client_changed', subject: row.id }
      expect(await told()).toMatchObject([change, change])
      expect(await events()).toContain('edited')
    })

    it('edits none that is not there, and tells of nothing', async () => {
      const event = entry({ event: 'edited' })
      expect(await store.clients.edit('unknown', { name: 'x' }, event)).toBe(false)
      expect(await told()).toEqual([])
      expect(await events()).not.toContain('edited')
    })

    it('names those that are blocked, and finds the disabled but not the deleted', async () => {
      const [enabled, disabled, deleted] = [await created(), await created(), await created()]
      await store.clients.edit(disabled.id, { state: 'disabled' }, entry())
      await store.clients.edit(deleted.id, { state: 'deleted' }, entry())
      expect((await store.clients.listBlocked()).toSorted()).toEqual(
        [disabled.id, deleted.id].toSorted(),
      )
      expect(await store.clients.find(enabled.id)).toMatchObject({ state: 'enabled' })
      expect(await store.clients.find(disabled.id)).toMatchObject({ state: 'disabled' })
      expect(await store.clients.find(deleted.id)).toBeUndefined()
      expect(await store.clients.edit(deleted.id, { state: 'enabled' }, entry())).toBe(false)
      expect(await store.clients.addSecret(clientSecret(deleted.id), NOW, entry())).toBe(false)
      await store.clients.edit(disabled.id, { state: 'enabled' }, entry())
      expect(await store.clients.listBlocked()).toEqual([deleted.id])
    })

    it('D07 lets the secrets before a new one be good until the overlap ends', async () => {
      const row = await created({}, 'first')
      const add = (digest: string, until: number) =>
        store.clients.addSecret(
          clientSecret(row.id, { digest }),
          (Date.now() + until) as Instant,
          entry(),
        )
      expect(await add('second', 60_000)).toBe(true)
      expect(await digests(row.id)).toEqual(['first', 'second'])
      // A longer overlap later does not bring the first one's end further off.
      expect(await add('third', 600_000)).toBe(true)
      expect(await digests(row.id)).toEqual(['first', 'second', 'third'])
      ahead = 120_000
      expect(await digests(row.id)).toEqual(['second', 'third'])
      ahead = 601_000
      expect(await digests(row.id)).toEqual(['third'])
      ahead = 10 * 365 * 86_400_000
      expect(await digests(row.id)).toEqual(['third'])
    })

    it('D07 without an overlap ends the secrets before at once', async () => {
      const row = await created({}, 'leaked')
      const bystander = await created({}, 'other')
      const secret = clientSecret(row.id, { digest: 'new' })
      expect(await store.clients.addSecret(secret, Date.now() as Instant, entry())).toBe(true)
      expect(await digests(row.id)).toEqual(['new'])
      expect(await digests(bystander.id)).toEqual(['other'])
    })

    it('adds no secret to a public client, or to none', async () => {
      const open = await created({ confidential: 0 })
      for (const id of [open.id, 'unknown']) {
        const event = entry({ event: 'secret added' })
        expect(await store.clients.addSecret(clientSecret(id), NOW, event)).toBe(false)
      }
      expect(await digests(open.id)).toEqual([])
      expect(await events()).not.toContain('secret added')
    })

    it('lists by age, page by page, all but the deleted', async () => {
      const ages = [2, 0, 1, 1, 3]
      const rows = await Promise.all(
        ages.map((age) => created({ created_at: (NOW + age) as Instant })),
      )
      const gone = await created()
      await store.clients.edit(gone.id, { state: 'deleted' }, entry())
      const expected = rows.toSorted(
        (one, other) => one.created_at - other.created_at || (one.id < other.id ? -1 : 1),
      )
      const seen = []
      let after: string | null = null
      do {
        const page = await store.clients.list({ limit: 2, ...(after !== null && { after }) })
        seen.push(...page.rows)
        after = page.next
      } while (after !== null)
      expect(seen).toEqual(expected)
    })
  })
}
