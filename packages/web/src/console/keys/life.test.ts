import { expect, it } from 'vitest'
import type { KeyRecord } from '../api/keys.js'
import { lifeOf, nextChange, spanOf } from './life.js'

const minute = 60_000
const at = (minutes: number) => new Date(minutes * minute).toISOString()

function key(
  kid: string,
  created: number,
  signs: number,
  more: Partial<KeyRecord> = {},
): KeyRecord {
  return {
    kid,
    alg: 'EdDSA',
    state: 'signing',
    created_at: at(created),
    signs_from: at(signs),
    verifies_until: null,
    retired_at: null,
    ...more,
  }
}

const old = key('old', 0, 0, { verifies_until: at(80) })
const next = key('next', 50, 60)
const stretch = (what: string, from: number, to?: number) => ({
  what,
  from: from * minute,
  to: to === undefined ? undefined : to * minute,
})

it('a key signs until the next does, and verifies until its tokens are over', () => {
  expect(lifeOf(old, [old, next])).toEqual([stretch('signs', 0, 60), stretch('verifies', 60, 80)])
  expect(lifeOf(next, [old, next])).toEqual([stretch('published', 50, 60), stretch('signs', 60)])
})

it('a key that is retired ends there, and takes nothing over where it only waited', () => {
  const retired = key('next', 50, 60, { retired_at: at(55) })
  expect(lifeOf(retired, [old, retired])).toEqual([stretch('published', 50, 55)])
  const alone = { ...old, verifies_until: null }
  expect(lifeOf(alone, [alone, retired])).toEqual([stretch('signs', 0)])
  const stolen = { ...old, retired_at: at(70) }
  expect(lifeOf(stolen, [stolen, next])).toEqual([
    stretch('signs', 0, 60),
    stretch('verifies', 60, 70),
  ])
})

it('tells what happens next by itself, which a retired key does not do', () => {
  const change = (now: number, keys = [old, next]) => nextChange(keys, now * minute)
  expect(change(55)).toMatchObject({ key: next, what: 'signs', at: 60 * minute })
  expect(change(65)).toMatchObject({ key: old, what: 'over', at: 80 * minute })
  expect(change(90)).toBeUndefined()
  expect(change(65, [{ ...old, retired_at: at(61) }, next])).toBeUndefined()
})

it('shows all that is known, and now', () => {
  const lives = [old, next].map((one) => lifeOf(one, [old, next]))
  expect(spanOf(lives, 100 * minute)).toEqual({ from: 0, to: 110 * minute })
  expect(spanOf([], 5 * minute)).toEqual({ from: 5 * minute, to: 6 * minute })
})
