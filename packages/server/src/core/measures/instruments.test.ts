import { describe, expect, it } from 'vitest'
import { most } from './gauges.js'
import { Counter, type Family, Histogram } from './instruments.js'
import { joinFamilies, whatStays } from './join.js'

const fruit = { name: 'fruit_total', help: 'Fruit.' }
const kinds = { kind: ['apple', 'pear'] } as const

function numbersOf({ samples }: Family): Record<string, number> {
  return Object.fromEntries(
    samples.map(({ suffix = '', labels, value }) => [
      `${suffix}${Object.values(labels).join(' ')}`,
      value,
    ]),
  )
}

describe('Counter', () => {
  it('counts by its label, whose values are all there from the start', () => {
    const counter = new Counter(fruit, kinds)
    expect(numbersOf(counter.family())).toEqual({ apple: 0, pear: 0 })
    counter.add({ kind: 'pear' })
    counter.add({ kind: 'pear' }, 2)
    expect(numbersOf(counter.family())).toEqual({ apple: 0, pear: 3 })
  })

  it('has of several labels what has come up', () => {
    const counter = new Counter(fruit, { ...kinds, size: ['small', 'large'] })
    expect(numbersOf(counter.family())).toEqual({})
    counter.add({ size: 'small', kind: 'apple' })
    counter.add({ kind: 'apple', size: 'small' })
    expect(counter.family().samples).toEqual([
      { labels: { kind: 'apple', size: 'small' }, value: 2 },
    ])
  })

  it('is there as 0 without a label', () => {
    expect(numbersOf(new Counter(fruit, {}).family())).toEqual({ '': 0 })
  })
})

describe('Histogram', () => {
  it('has how many were up to each bound, all of them, and their sum', () => {
    const histogram = new Histogram({ name: 'seconds', help: 'Time.' }, {}, [1, 2])
    for (const value of [0.5, 1, 1.5, 3]) histogram.observe({}, value)
    expect(numbersOf(histogram.family())).toEqual({
      _bucket1: 2,
      _bucket2: 3,
      '_bucket+Inf': 4,
      _sum: 6,
      _count: 4,
    })
  })
})

describe('joinFamilies', () => {
  const counted = (kind: 'apple' | 'pear', times: number) => {
    const counter = new Counter(fruit, kinds)
    counter.add({ kind }, times)
    return counter.family()
  }

  it('adds up, each by its labels', () => {
    const [joined, ...others] = joinFamilies([[counted('apple', 2)], [counted('pear', 3)]])
    expect(others).toEqual([])
    expect(joined && numbersOf(joined)).toEqual({ apple: 2, pear: 3 })
  })

  it('takes the most of what says nothing to add up', () => {
    const [joined] = joinFamilies([[most('age', 'Age.', 2)], [most('age', 'Age.', 5)]])
    expect(joined?.samples).toEqual([{ labels: {}, value: 5 }])
  })

  it('is nothing of nobody', () => {
    expect(joinFamilies([])).toEqual([])
  })

  it('keeps of who has ended what was counted, and nothing that was used', () => {
    const stays = whatStays([counted('apple', 1), most('age', 'Age.', 2)])
    expect(stays.map(({ name }) => name)).toEqual(['fruit_total'])
  })
})
