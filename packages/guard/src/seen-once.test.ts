import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { SeenOnce } from './seen-once.js'

it('knows a text from its second time on, by its end', () => {
  const seen = new SeenOnce()
  expect(seen.again('one.aaaaaaaaaaaa')).toBe(false)
  expect(seen.again('two.aaaaaaaaaaab')).toBe(false)
  expect(seen.again('one.aaaaaaaaaaaa')).toBe(true)
  expect(seen.again('two.aaaaaaaaaaab')).toBe(true)
  expect(seen.again('short')).toBe(false)
  expect(seen.again('short')).toBe(true)
})

it('forgets most of what has come before many others, and knows most of what has not', () => {
  const seen = new SeenOnce()
  const texts = Array.from({ length: 100_000 }, (_, at) =>
    createHash('sha256').update(`${at}`).digest('base64url'),
  )
  const known = (count: number) => texts.slice(0, count).filter((text) => seen.again(text)).length
  known(5_000)
  expect(known(5_000)).toBeGreaterThan(3_000)
  known(100_000)
  expect(known(100_000)).toBeLessThan(10_000)
})
