import { expect, it } from 'vitest'
import type { Instant } from '../../store/schema.js'
import { candidateOf } from './candidate.js'
import { firstSize, nextSize, weightOf } from './pace.js'

it('makes steps longer where they are quick, and shorter where they are slow, each time by a half at most', () => {
  expect(nextSize(firstSize, 0)).toBe(1_000)
  expect(nextSize(1_000, 200)).toBe(1_500)
  expect(nextSize(1_000, 300)).toBe(1_000)
  expect(nextSize(1_000, 60_000)).toBe(500)
  expect([nextSize(4_000, 1), nextSize(250, 60_000)]).toEqual([4_000, 250])
})

it('counts a record that brings a lot as several', () => {
  const candidate = (metadata: Record<string, unknown>) =>
    candidateOf({ username: 'ann', metadata }, 0 as Instant, new Map())
  const judged = (note: string) => ({
    at: 1,
    source: undefined,
    losses: [],
    ...candidate({ note }),
  })
  expect([weightOf(judged('')), weightOf(judged('x'.repeat(3_500)))]).toEqual([1, 4])
  expect(weightOf({ at: 1, why: 'It is no user', source: undefined })).toBe(1)
})
