import { expect, it } from 'vitest'
import { firstSize, nextSize } from './pace.js'

it('makes steps longer where they are quick, and shorter where they are slow, each time by a half at most', () => {
  expect(nextSize(firstSize, 0)).toBe(1_000)
  expect(nextSize(1_000, 200)).toBe(1_500)
  expect(nextSize(1_000, 300)).toBe(1_000)
  expect(nextSize(1_000, 60_000)).toBe(500)
  expect([nextSize(4_000, 1), nextSize(250, 60_000)]).toEqual([4_000, 250])
})
