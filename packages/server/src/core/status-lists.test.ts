import type { Claims } from '@latchkey/guard'
import { describe, expect, it } from 'vitest'
import { databases } from '../../test/databases.js'
import { client, entry, session, user } from '../../test/store/rows.js'
import { openStore } from '../store/open.js'
import type { Instant } from '../store/schema.js'
import { Identity } from './identity.js'
import {
  claimsChanged,
  isOutdated,
  isSpent,
  listSize,
  revoked,
  StatusLists,
} from './status-lists.js'

const day = 24 * 60 * 60 * 1000
const issuer = 'https://auth.example'
const identity = new Identity(
  { issuer, audience: undefined, subject: 'id', algorithm: 'EdDSA' },
  '',
)
const longest = { place: day, session: 90 * day, token: day + 30_000 }

describe('a list is spent', () => {
  const fullAt = 1_764_000_000_000
  const end = fullAt + day + 90 * day + day + 30_000
  it.each([
    ['never while it has places', null, end + 1000 * day, false],
    ['not when its last session may live', fullAt, fullAt + 90 * day, false],
    ['not when its last token may live', fullAt, end, false],
    ['when nothing in it can', fullAt, end + 1, true],
  ])('%s', (_when, full_at, now, expected) => {
    expect(isSpent({ full_at: full_at as Instant | null }, now as Instant, longest)).toBe(expected)
  })
})

describe('a token is outdated', () => {
  const here = { list: 1, index: 2 }
  it.each([
    ['not at the place of its session', { claimsChanged: false, place: here }, here, false],
    ['when that is marked', { claimsChanged: true, place: here }, here, true],
    ['at another index', { claimsChanged: false, place: here }, { list: 1, index: 3 }, true],
    ['in another list', { claimsChanged: false, place: here }, { list: 2, index: 2 }, true],
    ['not where neither has one', { claimsChanged: false, place: undefined }, undefined, false],
    ['not where it is from before', { claimsChanged: false, place: here }, undefined, false],
    ['where it is from before and marked', { claimsChanged: true, place: here }, undefined, true],
  ])('%s', (_when, found, place, expected) => {
    expect(isOutdated(found, place)).toBe(expected)
  })
})

function claims(status: unknown): Claims {
  return { sub: 'user', exp: 1, status }
}

function at(idx: unknown, uri: unknown = `${issuer}/status-lists/1`): Claims {
  return claims({ status_list: { idx, uri } })
}

for (const database of databases) {
  describe(`status lists in memory, from ${database.name}`, () => {
    async function loaded() {
      const store = await database.open()
      const lists = new StatusLists({ store, identity, longest })
      await store.statusLists.make([1, 2])
      await lists.load()
      return { store, lists }
    }

    it('answer what was set at each place, and leave its neighbours alone', async () => {
      const { lists } = await loaded()
      lists.set({ list: 1, index: 1 }, revoked)
      lists.set({ list: 1, index: 2 }, claimsChanged)
      lists.set({ list: 1, index: listSize - 1 }, revoked)
      const found = [0, 1, 2, 3, 4, listSize - 1].map((index) => lists.statusOf(at(index)))
      expect(found).toEqual(['valid', 'revoked', 'changed', 'valid', 'valid', 'revoked'])
      expect(lists.statusOf(at(1, `${issuer}/status-lists/2`))).toBe('valid')
      lists.set({ list: 1, index: 1 }, claimsChanged)
      lists.set({ list: 1, index: 2 }, revoked)
      expect([1, 2].map((index) => lists.statusOf(at(index)))).toEqual(['revoked', 'revoked'])
    })

    it('count their changes, and what changes nothing is none', async () => {
      const { lists } = await loaded()
      const version = () => lists.find(1)?.version
      for (const _ of ['once', 'and again']) lists.set({ list: 1, index: 7 }, claimsChanged)
      expect(version()).toBe(1)
      for (const value of [revoked, claimsChanged, revoked] as const) {
        lists.set({ list: 1, index: 7 }, value)
      }
      expect(version()).toBe(2)
    })

    it.each([
      ['no status', {}],
      ['another mechanism', claims({ other: {} })],
      ['a list of another issuer', at(1, 'https://evil.example/status-lists/1')],
      ['a list of no number', at(1, `${issuer}/status-lists/x`)],
      ['a list that is not there', at(1, `${issuer}/status-lists/9`)],
      ['an index that is no number', at('1')],
      ['an index beyond the end', at(listSize)],
      ['an index below the start', at(-1)],
      ['no object', claims('1')],
    ])('say valid of a token with %s', async (_what, given) => {
      const { lists } = await loaded()
      for (let index = 0; index < 8; index++) lists.set({ list: 1, index }, revoked)
      expect(lists.statusOf({ sub: 'user', exp: 1, ...given })).toBe('valid')
    })

    it('are as the database has them, by pages of any length', async () => {
      const { store, lists } = await loaded()
      for (const index of [0, 5, listSize - 1]) {
        await store.changes.endToken(`jti ${index}`, entry(), { list: 1, index })
      }
      await lists.load()
      // What is loaded already is kept up by the change feed alone.
      expect(lists.statusOf(at(5))).toBe('valid')
      const again = new StatusLists({
        store,
        identity,
        longest,
      })
      await again.load()
      expect([0, 5, 6, listSize - 1].map((index) => again.statusOf(at(index)))).toEqual([
        'revoked',
        'revoked',
        'valid',
        'revoked',
      ])
    })

    it('are taken out of use when they are spent, the oldest first, with all that they held', async () => {
      const url = await database.url()
      let now = Date.now()
      const store = await openStore(url, { clock: () => now })
      const lists = new StatusLists({ store, identity, longest })
      await store.statusLists.make([1])
      await store.statusLists.claim(1, 0, listSize, listSize)
      await store.changes.endToken('jti', entry(), { list: 1, index: 3 })
      await lists.load()
      expect(lists.numbers).toEqual([1, 2])
      now += 90 * day
      await lists.tidy(now as Instant, 10)
      expect((await store.statusLists.list()).map(({ number }) => number)).toEqual([1, 2])
      now += 3 * day
      await lists.tidy(now as Instant, 10)
      await lists.load()
      expect(lists.numbers).toEqual([2])
      expect(await store.statusLists.statuses(1, 0, 9)).toEqual([])
      await store.close()
    })

    it('stay for the sessions of a client that last longer than others', async () => {
      const { store, lists } = await loaded()
      const owner = user()
      await store.users.create(owner, null, entry())
      await store.clients.create(client({ session_ttl: 365 * 24 * 60 * 60 }), undefined, entry())
      await store.statusLists.claim(1, 0, listSize, listSize)
      await store.sessions.open(session(owner.id), '', entry())
      await lists.tidy((Date.now() + 300 * day) as Instant, 10)
      expect(await store.statusLists.list()).toHaveLength(2)
      await lists.tidy((Date.now() + 368 * day) as Instant, 10)
      expect(await store.statusLists.list()).toHaveLength(1)
    })
  })
}
