import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { soak } from '../../../test/soak.js'
import { CoreTurns } from './cores.js'

function twoCores() {
  const given: string[] = []
  const turns = new CoreTurns<string>(2, (process) => given.push(process))
  return { given, turns }
}

describe('CoreTurns', () => {
  it('gives as many as there are, and the next as one comes back', () => {
    const { given, turns } = twoCores()
    for (const process of ['a', 'b', 'c', 'd']) turns.want(process)
    expect(given).toEqual(['a', 'b'])
    turns.giveBack('b')
    expect(given).toEqual(['a', 'b', 'c'])
  })

  it('takes back what a process used that has ended, and gives it none any more', () => {
    const { given, turns } = twoCores()
    for (const process of ['a', 'a', 'a', 'b']) turns.want(process)
    turns.forget('a')
    turns.giveBack('a')
    expect(given).toEqual(['a', 'a', 'b'])
    turns.want('c')
    turns.want('d')
    expect(given).toEqual(['a', 'a', 'b', 'c'])
  })

  it('never has more used than there are, nor one free while somebody waits', () => {
    const step = fc.record({
      does: fc.constantFrom('want', 'want', 'giveBack', 'forget'),
      process: fc.constantFrom('a', 'b', 'c'),
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const used = { a: 0, b: 0, c: 0 }
        const wanted = { a: 0, b: 0, c: 0 }
        const turns = new CoreTurns<'a' | 'b' | 'c'>(2, (process) => {
          used[process] += 1
          wanted[process] -= 1
        })
        for (const { does, process } of steps) {
          const had = used[process]
          if (does === 'want') wanted[process] += 1
          if (does === 'giveBack') used[process] = Math.max(0, had - 1)
          if (does === 'forget') [used[process], wanted[process]] = [0, 0]
          turns[does](process)
          const sum = used.a + used.b + used.c
          expect(sum).toBeLessThanOrEqual(2)
          if (sum < 2) expect(wanted).toEqual({ a: 0, b: 0, c: 0 })
        }
      }),
      { numRuns: soak || 200 },
    )
  })
})
