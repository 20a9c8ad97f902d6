import { expect, it } from 'vitest'
import type { UserId } from '../../store/schema.js'
import { LineIds } from './line-ids.js'

it('makes ids that say their line to the same import, and nothing to others', () => {
  const [ids, others] = [new LineIds('one import'), new LineIds('another')]
  for (const line of [1, 2, 77_777, 9_999_999_999]) {
    expect(ids.of(line)).toMatch(/^[0-9a-f]{32}$/)
    expect(ids.of(line)).toBe(new LineIds('one import').of(line))
    expect(ids.lineOf(ids.of(line))).toBe(line)
    expect(others.lineOf(ids.of(line))).toBeUndefined()
    expect(others.of(line)).not.toBe(ids.of(line))
  }
})

it('takes ids of any other form for those of others', () => {
  const ids = new LineIds('one import')
  for (const id of ['', 'ann', 'f'.repeat(31), 'A'.repeat(32), '0'.repeat(64)])
    expect(ids.lineOf(id as UserId)).toBeUndefined()
})

it('spreads ids evenly', () => {
  const counts = new Map<string, number>()
  const ids = new LineIds('one import')
  for (let line = 1; line <= 16_000; line++) {
    const digit = ids.of(line).slice(0, 1)
    counts.set(digit, (counts.get(digit) ?? 0) + 1)
  }
  expect(counts.size).toBe(16)
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(200)
})
