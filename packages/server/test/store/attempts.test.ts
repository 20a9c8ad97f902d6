/** Attempts as they are counted, against a model that is counted by hand. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CountedAttempt } from '../../src/store/attempts.js'
import { openStore } from '../../src/store/open.js'
import { databases } from '../databases.js'
import { soak } from '../soak.js'

const second = 1_000
const limit = { key: 'key', free: 3, forget: 10 * second }

for (const database of databases) {
  describe(`attempts on ${database.name}`, () => {
    it('M06 H02 are counted one by one, of any number at once', async () => {
      const store = await database.open()
      const all = await Promise.all(Array.from({ length: 40 }, () => store.attempts.count(limit)))
      const counted = all.flatMap((one) => ('counted' in one ? [one.counted.count] : []))
      expect(counted.toSorted()).toEqual([1, 2, 3])
      const full = all.flatMap((one) => ('nextAt' in one ? [one.nextAt] : []))
      expect(full).toHaveLength(37)
      expect(new Set(full).size).toBe(1)
    })

    it('leave nothing when all of them are taken back', async () => {
      const store = await database.open()
      for (let times = 0; times < 10; times++) {
        const counting = await store.attempts.count(limit)
        expect(counting).toMatchObject({ counted: { count: 1, wait: 0 } })
        await store.attempts.refund(counted(counting))
      }
    })

    it('leave the wait of another that has failed since, when one is taken back', async () => {
      const store = await database.open()
      const first = counted(await store.attempts.count(limit))
      await store.attempts.count(limit)
      expect(await store.attempts.count(limit)).toMatchObject({ counted: { wait: second } })
      await store.attempts.refund(first)
      expect(await store.attempts.count(limit)).toHaveProperty('nextAt')
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
          const counting = await store.attempts.count(limit)
          if (now < model.at + model.wait) {
            expect(counting).toEqual({ key: 'key', nextAt: model.at + model.wait })
            continue
          }
          model = afterFailure(model, now)
          expect(counting).toMatchObject({ counted: { at: now, wait: model.wait } })
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

function counted(counting: object): CountedAttempt {
  if ('counted' in counting) return counting.counted as CountedAttempt
  throw new Error('It was not counted')
}
