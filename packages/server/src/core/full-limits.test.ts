import { expect, it } from 'vitest'
import { FullLimits } from './full-limits.js'

it('knows for a second, and no longer than the wait, that a limit is full', () => {
  const full = new FullLimits()
  full.remember('name', 60_000, 0)
  full.remember('short', 500, 0)
  expect(full.nextAt('name', 999)).toBe(60_000)
  expect(full.nextAt('name', 1_000)).toBeUndefined()
  expect(full.nextAt('short', 499)).toBe(500)
  expect(full.nextAt('short', 500)).toBeUndefined()
  full.forget('name')
  expect(full.nextAt('name', 0)).toBeUndefined()
})

it('H10 remembers at most ten thousand of a million, the last ones', () => {
  const full = new FullLimits()
  for (let key = 0; key < 1_000_000; key++) full.remember(String(key), 60_000, 0)
  expect(full.size).toBeLessThanOrEqual(10_000)
  expect(full.nextAt('999999', 0)).toBe(60_000)
  expect(full.nextAt('989999', 0)).toBeUndefined()
})

it('M08 knows nothing of a time that is still to come', () => {
  const full = new FullLimits()
  full.remember('name', 60_000, 10_000)
  expect(full.nextAt('name', 9_999)).toBeUndefined()
  expect(full.nextAt('name', 10_000)).toBe(60_000)
})
