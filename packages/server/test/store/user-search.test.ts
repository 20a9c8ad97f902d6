/** Users by a part of a name, each once, on pages that leave none out. */

import { beforeEach, describe, expect, it } from 'vitest'
import { listUsers, listUsersFully, type UserFilter } from '../../src/core/user-list.js'
import { type PartSorter, supplyAllParts, supplyParts } from '../../src/core/user-parts.js'
import { PartsOnDisk } from '../../src/imports/sorted-parts.js'
import type { Database } from '../../src/store/database.js'
import { openDatabase, openStore, Store } from '../../src/store/open.js'
import { lackParts, partTexts } from '../../src/store/part-supply.js'
import type { Instant, UserRow } from '../../src/store/schema.js'
import { bytesOf, partsOf, replaceParts } from '../../src/store/user-parts.js'
import { databases, onDatabase } from '../databases.js'
import { entry, NOW, user } from './rows.js'

for (const database of databases) {
  describe(`a search for users on ${database.name}`, () => {
    let store: Store
    let made: UserRow[]

    beforeEach(async () => {
      store = await database.open()
      await store.partSupply.complete(0)
      made = []
      return () => store.close()
    })

    async function created(username: string, fields: Partial<UserRow> = {}): Promise<UserRow> {
      const at = (NOW + made.length) as Instant
      const row = user({ username, username_key: username, created_at: at, ...fields })
      expect(await store.users.create(row, null, entry())).toBe('created')
      made.push(row)
      return row
    }

    function withAddress(username: string, address: string, fields: Partial<UserRow> = {}) {
      return created(username, { email: address, email_key: address, ...fields })
    }

    /** All pages, one after the other, by no more than so many users a page. */
    async function found(
      filter: UserFilter | string,
      limit = 10,
      among = store,
    ): Promise<string[]> {
      const wanted = typeof filter === 'string' ? { search: filter } : filter
      const names: string[] = []
      let after: string | undefined
      do {
        const page = await listUsers(among, { ...wanted, limit, after })
        expect(page.rows.length).toBeLessThanOrEqual(limit)
        names.push(...page.rows.map(({ username }) => username))
        after = page.next ?? undefined
      } while (after !== undefined)
      return names
    }

    it('looks anywhere in the username and before the @, and takes wildcards for what they are', async () => {
      await created('per%cent')
      await withAddress('under_score', 'u.s@mail.example.org')
      expect(await found('r%')).toEqual(['per%cent'])
      expect(await found('r_s')).toEqual(['under_score'])
      expect(await found('R_S')).toEqual(['under_score'])
      for (const text of ['.s@', '@mail.', 'example.org', 'mail.example']) {
        expect([text, await found(text)]).toEqual([text, ['under_score']])
      }
      for (const text of ['\\\\', '__', '%%', 'xample.org', 'org']) {
        expect([text, await found(text)]).toEqual([text, []])
      }
    })

    it('answers each user once, in the order of what follows, whatever the size of a page', async () => {
      const names = ['banana', 'ana', 'anananana', 'bandana', 'nobody', 'savanna', 'an an an']
      for (const name of names) await withAddress(name, `${name.replaceAll(' ', '.')}@ana.example`)
      const all = await found('an')
      expect(all.toSorted()).toEqual(names.toSorted())
      for (const limit of [1, 2, 3]) expect(await found('an', limit)).toEqual(all)
      expect((await found('ana.example', 1)).toSorted()).toEqual(names.toSorted())
    })

    it('orders all characters alike in every database and here', async () => {
      const tails = [
        '\ud7ff',
        '\ue000',
        '\uffff',
        '🦊',
        '\u{10ffff}',
        'a',
        'é',
        'ж',
        'z',
        '~',
        ' x',
      ]
      for (const tail of tails) await created(`name ${tail}${tail}`)
      const byBytes = tails.toSorted((one, other) =>
        Buffer.compare(Buffer.from(one), Buffer.from(other)),
      )
      for (const limit of [1, 10]) {
        expect(await found('name ', limit)).toEqual(byBytes.map((tail) => `name ${tail}${tail}`))
      }
      for (const tail of tails.slice(0, -1)) {
        expect(await found(`${tail}${tail}`)).toEqual([`name ${tail}${tail}`])
      }
    })

    it('looks for a long text as a whole', async () => {
      const stem = 'service-account-of-the-department-'
      for (const number of ['001', '002', '003']) await created(`${stem}${number}`)
      expect(await found(stem, 1)).toHaveLength(3)
      expect(await found(`${stem}002`, 1)).toEqual([`${stem}002`])
      expect(await found(`department-003`)).toEqual([`${stem}003`])
      expect(await found(`${stem}004`)).toEqual([])
    })

    it('asks for all that is asked for', async () => {
      await withAddress('ann', 'ann@x.example', { email_verified: 1, scopes: 'admin items' })
      await withAddress('anna', 'anna@x.example', { disabled: 1, scopes: 'items' })
      await created('hans')
      expect(await found({ search: 'an', disabled: false })).toEqual(['ann', 'hans'])
      expect(await found({ disabled: true })).toEqual(['anna'])
      expect(await found({ emailVerified: true })).toEqual(['ann'])
      expect(await found({ search: 'an', emailVerified: false }, 1)).toEqual(['anna', 'hans'])
      expect(await found({ scope: 'items' }, 1)).toEqual(['ann', 'anna'])
      expect(await found({ scope: 'items', disabled: true, search: 'ann' })).toEqual(['anna'])
      expect(await found({ scope: 'item' })).toEqual([])
      expect(await found({})).toEqual(['ann', 'anna', 'hans'])
    })

    it.each(['', 'a', '🦊', 'a\0', '\ud800\ud800', 'a\n'])(
      'refuses to look for %j',
      async (search) => {
        await created('alice')
        const listing = listUsers(store, { search, limit: 2 })
        await expect(listing).rejects.toMatchObject({ code: 'field_malformed', fields: ['search'] })
      },
    )

    it('refuses cursors that no search for this text has answered', async () => {
      for (const name of ['alice', 'malice', 'bob', 'bobby']) await created(name)
      const { next } = await listUsers(store, { search: 'bob', limit: 1 })
      const { next: byAge } = await listUsers(store, { limit: 1 })
      const hostile = [
        next,
        `${next}!`,
        ...['p:', 'p:a:', 'p:a:alice\0', 'p::alice', 'p:a b:alice', "p:a':alice"].map((text) =>
          Buffer.from(text).toString('base64url'),
        ),
        Buffer.from([0x70, 0x3a, 0x61, 0x3a, 0x61, 0x6c, 0xff, 0xfe]).toString('base64url'),
      ]
      for (const after of hostile) {
        const listing = listUsers(store, { search: 'al', limit: 1, after: after ?? '' })
        await expect(listing, String(after)).rejects.toMatchObject({ code: 'field_malformed' })
      }
      const unsearched = listUsers(store, { limit: 1, after: next ?? '' })
      await expect(unsearched).rejects.toMatchObject({ code: 'field_malformed' })
      const goesOn = await listUsers(store, { search: 'bob', limit: 3, after: byAge ?? '' })
      expect(goesOn.rows.map(({ username }) => username)).toEqual(['bob', 'bobby'])
    })

    it('forgets who has gone', async () => {
      const alice = await created('alice')
      await created('malice')
      expect(await store.userEdits.remove({ user: alice, event: entry() })).toEqual([])
      expect(await found('alice')).toEqual(['malice'])
    })

    it('leaves nothing of them behind, by whatever names they went', async () => {
      const url = await database.url()
      const among = await openStore(url)
      const row = user({ username: 'zoe', email: 'a@x.example', email_key: 'a@x.example' })
      await among.users.create(row, null, entry())
      const moved = { ...row, email: 'b@y.example', email_key: 'b@y.example' }
      await onDatabase(url, async (raw) => {
        const change = raw.build.updateTable('users').set(moved).where('id', '=', row.id)
        await raw.write([{ query: change.compile() }, ...replaceParts(raw.build, row, moved)])
        // Who has seen them under other names removes nobody.
        const seen = { ...row, updated_at: (row.updated_at - 1) as Instant }
        expect(await among.userEdits.remove({ user: seen, event: entry() })).toBeUndefined()
        expect(await among.userEdits.remove({ user: moved, event: entry() })).toEqual([])
        const parts = raw.build.selectFrom('user_parts').selectAll().compile()
        expect(await raw.read(parts)).toEqual([])
      })
      await among.close()
    })
  })

  describe(`users of before there was a search, on ${database.name}`, () => {
    it('are found meanwhile by a look at all, and by the index when that has them', async () => {
      const url = await database.url()
      const store = await openStore(url)
      const raw = await openDatabase(url, Date.now)
      const rows = Array.from({ length: 12 }, (_, number) =>
        user({
          username: `user${number}`,
          email: 'u@x.example',
          email_key: `u${number}@x.example`,
        }),
      )
      for (const row of rows) await store.users.create(row, null, entry())
      const { build } = raw
      await raw.write([{ query: build.deleteFrom('user_parts').compile() }])
      const search = async (text: string) =>
        (await listUsers(store, { search: text, limit: 50 })).rows.map(({ username }) => username)

      const all = rows.map(({ username }) => username).toSorted()
      expect((await search('ser')).toSorted()).toEqual(all)
      expect(await search('u11@')).toEqual(['user11'])
      // As the index will have it.
      expect(await search('.example')).toEqual([])
      const first = await listUsers(store, { search: 'user', limit: 5 })

      expect(await supplyParts(store, '')).toBeUndefined()
      expect(await store.userSearch.isComplete()).toBe(true)
      expect((await search('ser')).toSorted()).toEqual(all)
      expect(await search('u11@')).toEqual(['user11'])
      // A page that was begun by age goes on so.
      const rest = await listUsers(store, { search: 'user', limit: 50, after: first.next ?? '' })
      const both = [...first.rows, ...rest.rows].map(({ username }) => username)
      expect(both.toSorted()).toEqual(all)
      await Promise.all([store.close(), raw.close()])
    })

    it('end a page in the middle where few of very many fit, and it goes on there', async () => {
      const raw = await openDatabase(await database.url(), Date.now)
      const store = new Store(raw)
      await store.migrate()
      await store.partSupply.complete(0)
      await manyUsers(raw, 6_000)
      const last = user({ username: 'userzz', scopes: 'rare', created_at: (NOW + 1) as Instant })
      await store.users.create(last, null, entry())
      for (const search of [undefined, 'user']) {
        const wanted = { search, scope: 'rare', limit: 1 }
        const page = await listUsers(store, wanted)
        expect(page).toEqual({ rows: [], next: expect.any(String) })
        const rest = await listUsers(store, { ...wanted, after: page.next ?? '' })
        expect(rest).toEqual({ rows: [last], next: null })
        expect(await listUsersFully(store, wanted)).toEqual(rest)
        const all = await listUsersFully(store, { search, limit: 2 })
        expect(all).toEqual({ rows: expect.any(Array), next: expect.any(String) })
        expect(all.rows).toHaveLength(2)
      }
      await store.close()
    }, 60_000)

    it('are supplied in steps, and nobody whose names have changed meanwhile', async () => {
      const url = await database.url()
      const raw = await openDatabase(url, Date.now)
      const store = new Store(raw)
      await store.migrate()
      await manyUsers(raw, 501)
      await raw.write([{ query: raw.build.deleteFrom('user_parts').compile() }])
      const position = await supplyParts(store, '')
      expect(position).toEqual(expect.any(String))
      expect(await store.userSearch.isComplete()).toBe(false)
      expect(await supplyParts(store, position ?? '')).toBeUndefined()
      expect(await store.userSearch.find('user', 1_000)).toHaveLength(501)

      const row = user({ username: 'zoe', email: 'a@x.example', email_key: 'a@x.example' })
      await store.users.create(row, null, entry())
      const { removals } = await store.partSupply.state()
      const texts = JSON.stringify(partTexts(row))
      const moved = { id: row.id, username_key: 'zoe', email_key: 'new@y.example' }
      const change = raw.build.updateTable('users').set(moved).where('id', '=', row.id)
      await raw.write([{ query: change.compile() }, ...replaceParts(raw.build, row, moved)])
      expect(await store.partSupply.supply(texts, removals)).toBe(false)
      const finds = async (text: string) => (await store.userSearch.find(text, 10)).length
      expect([await finds('a@x'), await finds('new@y'), await finds('zoe')]).toEqual([0, 1, 1])
      await store.close()
    }, 60_000)

    it('are supplied all at once, in order, and nobody who goes meanwhile', async () => {
      const raw = await openDatabase(await database.url(), Date.now)
      const store = new Store(raw)
      await store.migrate()
      await manyUsers(raw, 700)
      await raw.write([{ query: raw.build.deleteFrom('user_parts').compile() }])
      const user7 = await store.users.findByUsername('user7')
      if (user7 === undefined) throw new Error('There is no such user')

      const disk = new PartsOnDisk()
      let removed: Promise<unknown> | undefined
      const sorter: PartSorter = {
        add(parts) {
          disk.add(parts)
          removed ??= store.userEdits.remove({ user: user7, event: entry() })
        },
        inOrder: () => disk.inOrder(1_000),
      }
      const shares: number[] = []
      const onProgress = (share: number) => shares.push(share)
      expect(await supplyAllParts(store, { sorter, onProgress })).toBe(true)
      expect(shares).toEqual(shares.toSorted((one, other) => one - other))
      expect(shares.every((share) => share > 0 && share < 1)).toBe(true)
      expect(await removed).toEqual([])
      expect(await store.userSearch.isComplete()).toBe(true)
      expect(await store.userSearch.find('user', 1_000)).toHaveLength(699)
      const theirs = raw.build.selectFrom('user_parts').selectAll().where('user_id', '=', user7.id)
      expect(await raw.read(theirs.compile())).toEqual([])
      // Nothing is left to do: another pass sorts nothing.
      const again = new PartsOnDisk()
      expect(await supplyAllParts(store, { sorter: again })).toBe(true)
      expect([...again.inOrder(1)]).toEqual([])
      for (const one of [disk, again]) one.close()
      await store.close()
    }, 60_000)

    it('are not said to be all there, where an import has made more of them meanwhile', async () => {
      const raw = await openDatabase(await database.url(), Date.now)
      const store = new Store(raw)
      await store.migrate()
      await manyUsers(raw, 501)
      const position = await supplyParts(store, '')
      await raw.write([lackParts(raw.build)])
      // From the first of them on.
      expect(await supplyParts(store, position ?? '')).toBe(position?.replace(/^0:/, '1:'))
      expect(await store.userSearch.isComplete()).toBe(false)
      expect(await supplyParts(store, (await supplyParts(store, '')) ?? '')).toBeUndefined()
      expect(await store.userSearch.isComplete()).toBe(true)
      await store.close()
    }, 60_000)
  })
}

async function manyUsers(database: Database, count: number): Promise<void> {
  for (let number = 0; number < count; number += 500) {
    const rows = Array.from({ length: Math.min(500, count - number) }, (_, more) =>
      user({ username: `user${number + more}` }),
    )
    const parts = rows.flatMap((row) =>
      partsOf(row).map((part) => ({ part: bytesOf(part), user_id: row.id })),
    )
    const { build } = database
    await database.write([
      { query: build.insertInto('users').values(rows).compile() },
      { query: build.insertInto('user_parts').values(parts).compile() },
    ])
  }
}
