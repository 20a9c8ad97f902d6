/** Attempts as they are counted, against a model that is counted by hand. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AttemptLimit, CountedAttempt, Counting } from '../../src/store/attempts.js'
import { openStore, type Store } from '../../src/store/open.js'
import { databases } from '../databases.js'
import { soak } from '../soak.js'
import { entry, session, user } from './rows.js'

const second = 1_000
const limit = { key: 'key', free: 3, forget: 10 * second }

for (const database of databases) {
  describe(`attempts on ${database.name}`, () => {
    it('M06 H02 are counted one by one, of any number at once', async () => {
      const store = await database.open()
      const all = await Promise.all(Array.from({ length: 40 }, () => store.attempts.count([limit])))
      const numbers = all.flatMap((one) => ('counted' in one ? [one.counted[0]?.count] : []))
      expect(numbers.toSorted()).toEqual([1, 2, 3])
      const full = all.flatMap((one) => ('full' in one ? one.full : []))
      expect(full).toHaveLength(37)
      expect(new Set(full.map(({ nextAt }) => nextAt)).size).toBe(1)
    })

    it('M06 are counted by all of their limits or by none, of any number at once', async () => {
      const store = await database.open()
      const own = Array.from({ length: 20 }, (_, at) => ({ ...limit, key: `own ${at}` }))
      const all = await Promise.all(own.map((one) => store.attempts.count([one, limit])))
      for (const [at, one] of own.entries()) {
        const isCounted = 'counted' in (all[at] ?? {})
        expect(await countOf(store, one)).toBe(isCounted ? 2 : 1)
      }
      expect(all.filter((one) => 'counted' in one)).toHaveLength(3)
      expect(all.find((one) => 'full' in one)).toMatchObject({ full: [{ limit }] })
    })

    it('M06 leave as many as have failed, of any number at once on two nodes', async () => {
      const url = await database.url()
      const nodes = [await openStore(url), await openStore(url)]
      const wide = ['name', 'network'].map((key) => ({ key, free: 1_000, forget: 3600 * second }))
      const attempts = Array.from({ length: 40 }, async (_, at) => {
        const node = nodes[at % 2]
        const one = counted((await node?.attempts.count(wide)) ?? { full: [] })
        if (at % 4 > 0) await node?.attempts.refund(one)
      })
      await Promise.all(attempts)
      const [here] = nodes
      const last = counted((await here?.attempts.count(wide)) ?? { full: [] })
      expect(last.map(({ count }) => count)).toEqual([11, 11])
      await Promise.all(nodes.map((node) => node.close()))
    })

    it('tell of all limits that are full', async () => {
      const store = await database.open()
      const [first, second, free] = ['1', '2', '3'].map((key) => ({ ...limit, key }))
      if (!first || !second || !free) return expect.unreachable()
      for (let times = 0; times < 3; times++) await store.attempts.count([first, second])
      expect(await store.attempts.count([first, free, second])).toMatchObject({
        full: [{ limit: first }, { limit: second }],
      })
    })

    it('leave nothing when all of them are taken back', async () => {
      const store = await database.open()
      for (let times = 0; times < 10; times++) {
        const counting = await store.attempts.count([limit])
        expect(counting).toMatchObject({ counted: [{ count: 1, wait: 0 }] })
        await store.attempts.refund(counted(counting))
      }
    })

    it('leave the wait of another that has failed since, when one is taken back', async () => {
      const store = await database.open()
      const first = counted(await store.attempts.count([limit]))
      await store.attempts.count([limit])
      const third = await store.attempts.count([limit])
      expect(third).toMatchObject({ counted: [{ wait: second }] })
      await store.attempts.refund(first)
      expect(await store.attempts.count([limit])).toHaveProperty('full')
    })

    it('take back nothing of others that were counted since they were forgotten', async () => {
      let turned = 0
      const store = await openStore(await database.url(), { clock: () => Date.now() + turned })
      const first = counted(await store.attempts.count([limit]))
      turned = 10 * second + 1
      expect(await countOf(store, limit)).toBe(1)
      await store.attempts.refund(first)
      expect(await countOf(store, limit)).toBe(2)
      await store.close()
    })

    it('M08 keep nobody waiting for a clock that was set back', async () => {
      let turned = 0
      const store = await openStore(await database.url(), { clock: () => Date.now() + turned })
      for (let times = 0; times < 3; times++) await store.attempts.count([limit])
      expect(await store.attempts.count([limit])).toHaveProperty('full')
      turned = -24 * 3600 * second
      // It fills a limit that was full, and no more than that.
      const [again] = counted(await store.attempts.count([limit]))
      expect(again).toMatchObject({ count: 4, wait: 2 * second })
      expect(await store.attempts.count([limit])).toHaveProperty('full')
      await store.close()
    })

    it('are taken back with the session that shows them to be none, or stay where it does not open', async () => {
      const store = await database.open()
      const owner = user()
      await store.users.create(owner, 'hash', entry())
      const open = async (scopes: string, takesBack: CountedAttempt[]) =>
        store.sessions.open(session(owner.id), scopes, entry(), { takesBack })
      expect(await open('other scopes', counted(await store.attempts.count([limit])))).toBe(false)
      const second = counted(await store.attempts.count([limit]))
      expect(second).toMatchObject([{ count: 2 }])
      expect(await open(owner.scopes, second)).toBe(true)
      expect(await countOf(store, limit)).toBe(2)
    })
  })
}

/** What has happened to a key so far, in the order of time. */
interface Model {
  at: number
  wait: number
  forgottenAt: number
}

const step = fc.record({ pause: fc.integer({ min: 0, max: 40 * second }), fails: fc.boolean() })

describe('attempts over time', () => {
  it('H01 wait twice as long each time beyond the free ones, and are forgotten one by one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        let now = 1_764_000_000_000
        const store = await openStore('sqlite::memory:', { clock: () => now })
        let model: Model = { at: 0, wait: 0, forgottenAt: 0 }
        for (const { pause, fails } of steps) {
          now += pause
          const counting = await store.attempts.count([limit])
          if (now < model.at + model.wait) {
            expect(counting).toEqual({ full: [{ limit, nextAt: model.at + model.wait }] })
            continue
          }
          model = afterFailure(model, now)
          expect(counting).toMatchObject({ counted: [{ at: now, wait: model.wait }] })
          if (fails) continue
          await store.attempts.refund(counted(counting))
          model = afterSuccess(model)
        }
        await store.close()
      }),
      { numRuns: soak || 30 },
    )
  })
})

function afterFailure(before: Model, now: number): Model {
  const left = Math.max(0, before.forgottenAt - now) + limit.forget
  const isFree = left < (limit.free - 0.5) * limit.forget
  const doubled = before.wait === 0 ? second : Math.min(2 * before.wait, limit.forget)
  return { at: now, wait: isFree ? 0 : doubled, forgottenAt: now + left }
}

/** The next may come at once, and waits as if this one had not been. */
function afterSuccess({ at, wait, forgottenAt }: Model): Model {
  return {
    at: at - wait,
    wait: wait <= second ? 0 : wait / 2,
    forgottenAt: forgottenAt - limit.forget,
  }
}

async function countOf(store: Store, by: AttemptLimit): Promise<number | undefined> {
  const [one] = counted(await store.attempts.count([by]))
  return one?.count
}

function counted(counting: Counting<AttemptLimit>): CountedAttempt[] {
  if ('counted' in counting) return [...counting.counted]
  throw new Error('It was not counted')
}
