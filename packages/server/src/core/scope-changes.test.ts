import { describe, expect, it } from 'vitest'
import type { Instant } from '../store/schema.js'
import { boundsOf, settling, slices, slicesDue } from './scope-changes.js'

const minute = 60_000

describe('the slices of sessions that are to hear of a change', () => {
  const at = 1_764_000_000_000 as Instant
  it.each([
    ['none at once', 30 * minute, 0, 0],
    ['none while requests of before may be under way', 30 * minute, settling - 1, 0],
    ['the first then', 30 * minute, settling, 1],
    ['half at half time', 30 * minute, settling + 15 * minute, slices / 2 + 1],
    [
      'all but the last shortly before the end',
      30 * minute,
      settling + 30 * minute - 500,
      slices - 1,
    ],
    ['all at the end', 30 * minute, settling + 30 * minute, slices],
    ['all long after it', 30 * minute, 90 * 24 * 60 * minute, slices],
    ['all where tokens live for seconds', 0, settling, slices],
  ])('are %s', (_which, spread, passed, expected) => {
    expect(slicesDue({ at, spread }, at + passed)).toBe(expected)
  })

  it('leave no gap and do not overlap, one by one or many together', () => {
    for (const many of [1, 7, slices]) {
      let end: string | undefined
      for (let slice = 0; slice < slices; slice += many) {
        const [from, to] = boundsOf(slice, Math.min(slice + many, slices))
        expect(from).toBe(end)
        if (from !== undefined && to !== undefined) expect(from < to).toBe(true)
        end = to
      }
      expect(end).toBeUndefined()
    }
  })
})
