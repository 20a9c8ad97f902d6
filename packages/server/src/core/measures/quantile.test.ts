import { expect, test } from 'vitest'
import { quantile } from './quantile.js'

const bounds = [0.1, 1, 10]

test('none of nothing', () => {
  expect(quantile({ bounds, each: [0, 0, 0], count: 0 }, 0.5)).toBeUndefined()
})

test('those within two bounds are spread evenly', () => {
  expect(quantile({ bounds, each: [0, 10, 0], count: 10 }, 0.5)).toBeCloseTo(0.55)
  expect(quantile({ bounds, each: [10, 10, 0], count: 20 }, 0.25)).toBeCloseTo(0.05)
  expect(quantile({ bounds, each: [5, 0, 5], count: 10 }, 0.5)).toBeCloseTo(0.1)
  expect(quantile({ bounds, each: [5, 0, 5], count: 10 }, 1)).toBeCloseTo(10)
})

test('what lies beyond the last bound counts as that', () => {
  expect(quantile({ bounds, each: [1, 0, 0], count: 100 }, 0.99)).toBe(10)
})
