import { describe, expect, it } from 'vitest'
import { NearIds } from './near-ids.js'

describe('ids of an import', () => {
  it('are as long as all others, and close together in each step', () => {
    const ids = new NearIds()
    const beginnings = Array.from({ length: 15 }, () => {
      const some = Array.from({ length: 50 }, () => ids.next())
      ids.turn()
      for (const id of some) expect(id).toMatch(/^[0-9a-f]{32}$/)
      expect(new Set(some).size).toBe(50)
      return some.map((id) => Number.parseInt(id.slice(0, 1), 16))
    })
    // After the first, halves, quarters and eighths of the sixteen digits.
    expect(new Set(beginnings[0]).size).toBeGreaterThan(8)
    expect(beginnings.slice(1, 3).map((some) => some.every((digit) => digit < 8))).toEqual([
      true,
      false,
    ])
    const eighths = beginnings.slice(7).map((some) => [...new Set(some)].sort((a, b) => a - b))
    expect(eighths).toEqual(Array.from({ length: 8 }, (_, at) => [2 * at, 2 * at + 1]))
  })

  it('are spread evenly over many steps', () => {
    const ids = new NearIds()
    const counts = Array.from({ length: 16 }, () => 0)
    for (let step = 0; step < 2 ** 8 - 1; step++) {
      for (let made = 0; made < 20; made++) {
        const digit = Number.parseInt(ids.next().slice(0, 1), 16)
        counts[digit] = (counts[digit] ?? 0) + 1
      }
      ids.turn()
    }
    const even = ((2 ** 8 - 1) * 20) / 16
    for (const count of counts) expect(Math.abs(count - even)).toBeLessThan(even / 5)
  })
})
