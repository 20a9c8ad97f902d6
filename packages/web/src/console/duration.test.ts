import { expect, it } from 'vitest'
import { durationOf, secondsOf } from './duration.js'

it.each([
  [1, '1s'],
  [90, '90s'],
  [1_800, '30m'],
  [86_400, '1d'],
  [90_000, '25h'],
  [7_776_000, '90d'],
])('%i seconds are %s, and back', (seconds, text) => {
  expect(durationOf(seconds)).toBe(text)
  expect(secondsOf(text)).toBe(seconds)
})

it('is lenient with spaces and case, and with nothing else', () => {
  expect(secondsOf(' 12 H ')).toBe(43_200)
  for (const text of ['', '12', 'h', '-1h', '1.5h', '1h30m', '1w', '0x1s', '1e3s']) {
    expect([text, secondsOf(text)]).toEqual([text, undefined])
  }
})
