import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { soak } from '../../../test/soak.js'
import { FairLine, type Key, type Place } from './fair-line.js'

function joined(...keys: string[]): FairLine<string> {
  const line = new FairLine<string>()
  for (const [at, key] of keys.entries()) line.join(`${key}${at}`, keyOf(key), at)
  return line
}

/** `ab` is name b of network a. */
function keyOf(text: string): Key {
  return { network: text[0] ?? '', name: text.slice(1) }
}

function takeAll(line: FairLine<string>): string[] {
  const items: string[] = []
  for (let place = line.take(); place !== undefined; place = line.take()) items.push(place.item)
  return items
}

describe('FairLine', () => {
  it('is first come, first served for one name', () => {
    expect(takeAll(joined('ab', 'ab', 'ab'))).toEqual(['ab0', 'ab1', 'ab2'])
  })

  it('takes turns between networks, and between the names of each', () => {
    const line = joined('ax', 'ax', 'ax', 'ay', 'bz', 'bz')
    expect(takeAll(line)).toEqual(['ax0', 'bz4', 'ay3', 'bz5', 'ax1', 'ax2'])
  })

  it('lets a newcomer come next but one after ten thousand of another network', () => {
    const line = joined(...Array.from({ length: 10_000 }, () => 'aa'))
    line.take()
    line.join('new', keyOf('bb'), 10_000)
    expect([line.take()?.item, line.take()?.item]).toContain('new')
  })

  it('passes over who has left', () => {
    const line = new FairLine<string>()
    const places = ['ax', 'bx', 'bx'].map((key, at) => line.join(`${key}${at}`, keyOf(key), at))
    for (const place of places.slice(0, 2)) expect(line.leave(place)).toBe(true)
    expect(places.slice(0, 2).map((place) => line.leave(place))).toEqual([false, false])
    expect(takeAll(line)).toEqual(['bx2'])
  })

  it('names who should give way to a newcomer', () => {
    const yields = (line: FairLine<string>, key: string) => line.yielding(keyOf(key))?.item
    expect(yields(joined(), 'ax')).toBeUndefined()
    expect(yields(joined('ax', 'ay', 'ay'), 'bx')).toBe('ay2')
    expect(yields(joined('ax', 'ay', 'bx'), 'bx')).toBeUndefined()
    expect(yields(joined('ax', 'ax', 'ax'), 'ay')).toBe('ax2')
    expect(yields(joined('ax', 'ay'), 'ay')).toBeUndefined()
  })

  it('agrees with a list of who waits, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const line = new FairLine<number>()
        const waiting: Place<number>[] = []
        for (const [at, { does, key, pick }] of steps.entries()) {
          if (does === 'join') waiting.push(line.join(at, key, at))
          const place = does === 'take' ? line.take() : waiting[pick % waiting.length]
          if (does === 'leave' && place) expect(line.leave(place)).toBe(true)
          if (does !== 'join' && place) waiting.splice(waiting.indexOf(place), 1)
          expect(line.length).toBe(waiting.length)
          expect(line.oldest()).toBe(waiting[0])
          expect(line.first() === undefined).toBe(waiting.length === 0)
        }
      }),
      { numRuns: soak || 200 },
    )
  })

  it('starves nobody: between two turns of who waits, each other network has one at most', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 60 }), (keys) => {
        const line = new FairLine<number>()
        for (const [at, each] of keys.entries()) line.join(at, each, at)
        const order: Place<number>[] = []
        // Networks go on sending, so no line is ever empty by itself.
        while (order.length < 3 * keys.length) {
          const place = line.take()
          if (place === undefined) break
          order.push(place)
          line.join(0, place, 0)
        }
        expectTurns(order.map(({ network }) => network))
        for (const network of new Set(keys.map((each) => each.network))) {
          expectTurns(order.filter((each) => each.network === network).map(({ name }) => name))
        }
      }),
      { numRuns: soak || 200 },
    )
  })
})

const key = fc.record({
  network: fc.constantFrom('a', 'b', 'c'),
  name: fc.constantFrom('x', 'y', 'z'),
})
const step = fc.record({
  does: fc.constantFrom('join', 'join', 'take', 'leave'),
  key,
  pick: fc.nat(),
})

/** Everybody has come up before anybody comes up again. */
function expectTurns(order: string[]): void {
  const all = new Set(order).size
  for (let at = 0; at + all <= order.length; at++) {
    expect(new Set(order.slice(at, at + all)).size).toBe(all)
  }
}
