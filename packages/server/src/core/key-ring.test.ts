import { describe, expect, it } from 'vitest'
import type { Instant, KeyId, SigningKeyRow } from '../store/schema.js'
import { isForgettable, isPublished, judgeKeys, type KeyState } from './key-ring.js'

const life = 100

/** `a@10` begins at 10, `a@10x50` was retired at 50, `es:a@10` is of another algorithm. */
function row(text: string, generation: number): SigningKeyRow {
  const [, other, kid, from, retired] = /^(es:)?(\w)@(\d+)(?:x(\d+))?$/.exec(text) ?? []
  return {
    kid: kid as KeyId,
    algorithm: other === undefined ? 'EdDSA' : 'ES256',
    generation,
    public_jwk: '{}',
    wrapped_private_key: '',
    created_at: 0 as Instant,
    signs_from: Number(from) as Instant,
    retired_at: retired === undefined ? null : (Number(retired) as Instant),
  }
}

function rowsOf(text: string): SigningKeyRow[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((each, at) => row(each, at + 1))
}

const names: Readonly<Record<KeyState, string>> = {
  pending: 'p',
  signing: 'S',
  verifying: 'v',
  over: 'o',
  retired: 'r',
}

function statesAt(text: string, now: number, followsSecret = false): string {
  const { keys } = judgeKeys(rowsOf(text), now as Instant, life, followsSecret)
  return keys.map(({ row: { kid }, state }) => `${kid}${names[state]}`).join(' ')
}

describe('judgeKeys', () => {
  it.each<[rows: string, now: number, states: string]>([
    ['', 0, ''],
    ['a@10', 10, 'aS'],
    // The next is shown before it signs, and takes over at its time.
    ['a@10 b@50', 49, 'aS bp'],
    ['a@10 b@50', 50, 'av bS'],
    // The one before goes on for a token's life.
    ['a@10 b@50', 149, 'av bS'],
    ['a@10 b@50', 150, 'ao bS'],
    ['a@10 b@50 c@60', 155, 'ao bv cS'],
    // However they are listed.
    ['c@60 a@10 b@50', 65, 'av bv cS'],
    // Of the same time, the later generation.
    ['a@10 b@10', 10, 'av bS'],
    // Another algorithm is one more key of the sequence.
    ['a@10 es:b@50', 60, 'av bS'],
    ['a@10 es:b@50 c@55', 60, 'av bv cS'],
    // A retired key never signs and never verifies, whatever the time.
    ['a@10x20 b@20', 20, 'ar bS'],
    ['a@10 b@50x60 c@60', 60, 'av br cS'],
    ['a@10x20', 30, 'ar'],
    // It took over when it began: the one before it is over after that.
    ['a@10 b@50x60 c@90', 150, 'ao br cS'],
    // One that was retired while it waited took over from nobody.
    ['a@10 b@50x40', 500, 'aS br'],
    ['a@10 b@50x40 c@200', 290, 'av br cS'],
    // Where a clock went back before all of them, the first goes on.
    ['a@10 b@50', 5, 'aS bp'],
    ['a@10x60 b@60', 5, 'ar bS'],
  ])('of %j finds at %i that they are %j', (rows, now, states) => {
    expect(statesAt(rows, now)).toBe(states)
  })

  it.each<[rows: string, now: number, states: string]>([
    // The secret signs until the first begins, and again where a clock goes back.
    ['a@10', 9, 'ap'],
    ['a@10', 10, 'aS'],
    ['a@10 b@50', 9, 'ap bp'],
    ['a@10 b@50', 50, 'av bS'],
    ['a@10x5 b@20', 9, 'ar bp'],
  ])('after a secret, of %j finds at %i that they are %j', (rows, now, states) => {
    expect(statesAt(rows, now, true)).toBe(states)
  })

  it('M08 gives a retired key back at no time, and a used one only what it had', () => {
    for (let now = 0; now < 300; now++) {
      expect(statesAt('a@10 b@50x60 c@60', now)).toMatch(/^a[Svo] br c[Sp]$/)
    }
  })

  it('names the one that signs and the next, and what is published', () => {
    const ring = judgeKeys(rowsOf('a@10 b@30x40 c@40 d@90'), 50 as Instant, life)
    expect(ring.signing?.row.kid).toBe('c')
    expect(ring.pending?.row.kid).toBe('d')
    expect(ring.keys.filter(isPublished).map(({ row: { kid } }) => kid)).toEqual(['a', 'c', 'd'])
  })

  it('says between which times nothing changes', () => {
    const text = 'a@10 b@50x70 c@70 d@120'
    for (let now = 0; now < 300; now++) {
      const { from, until } = judgeKeys(rowsOf(text), now as Instant, life)
      expect(from).toBeLessThanOrEqual(now)
      expect(until).toBeGreaterThan(now)
      for (const time of [Math.max(from, 0), Math.min(until, 300) - 1]) {
        expect(statesAt(text, time)).toBe(statesAt(text, now))
      }
    }
  })
})

describe('isForgettable', () => {
  it.each<[rows: string, now: number, forgettable: string]>([
    ['a@10 b@50', 249, ''],
    ['a@10 b@50', 250, 'a'],
    ['a@10x60 b@60', 259, ''],
    ['a@10x60 b@60', 260, 'a'],
    ['a@10', 9999, ''],
    ['a@10 b@500', 400, ''],
  ])('of %j at %i says %j', (rows, now, forgettable) => {
    const { keys } = judgeKeys(rowsOf(rows), now as Instant, life)
    const found = keys.filter((key) => isForgettable(key, now as Instant, life))
    expect(found.map(({ row: { kid } }) => kid).join(' ')).toBe(forgettable)
  })
})
