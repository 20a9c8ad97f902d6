import { describe, expect, it } from 'vitest'
import { gauge, total } from '../core/measures/gauges.js'
import type { Family } from '../core/measures/instruments.js'
import { MeasuresOfWorkers } from './measures-of-workers.js'

function workers(...names: string[]) {
  const asked: string[] = []
  const answers: [string, Record<string, number>][] = []
  const late: (() => void)[] = []
  const measures = new MeasuresOfWorkers<string>(
    (worker) => asked.push(worker),
    (worker, joined) => answers.push([worker, numbersOf(joined)]),
    (run) => late.push(run),
  )
  for (const name of names) measures.welcome(name)
  const pass = () => {
    for (const run of late.splice(0)) run()
  }
  return { asked, answers, measures, pass }
}

function numbersOf(families: readonly Family[]): Record<string, number> {
  return Object.fromEntries(families.map(({ name, samples }) => [name, samples[0]?.value ?? 0]))
}

function counted(done: number, used = 1): Family[] {
  return [total('done_total', 'Done.', done), gauge('used', 'Used.', used)]
}

describe('MeasuresOfWorkers', () => {
  it('answers the sum when all have said theirs', () => {
    const { asked, answers, measures } = workers('a', 'b')
    measures.want('a')
    expect(asked).toEqual(['a', 'b'])
    measures.heard('a', counted(1))
    expect(answers).toEqual([])
    measures.heard('b', counted(2))
    expect(answers).toEqual([['a', { done_total: 3, used: 2 }]])
  })

  it('asks each once for all who want them at the same time', () => {
    const { asked, answers, measures } = workers('a', 'b')
    measures.want('a')
    measures.want('b')
    expect(asked).toEqual(['a', 'b'])
    measures.heard('a', counted(1))
    measures.heard('b', counted(2))
    expect(answers.map(([worker]) => worker)).toEqual(['a', 'b'])
  })

  it('never counts less because a worker has ended', () => {
    const { answers, measures } = workers('a', 'b')
    measures.heard('b', counted(5))
    measures.heard('b', [])
    measures.forget('b')
    measures.welcome('c')
    measures.want('a')
    measures.heard('a', counted(1))
    measures.heard('c', counted(2))
    expect(answers).toEqual([['a', { done_total: 8, used: 2 }]])
  })

  it('takes what was said before of who is too busy now, so that no sum goes down', () => {
    const { asked, answers, measures, pass } = workers('a', 'b')
    const ask = () => {
      measures.want('a')
      measures.heard('a', counted(1))
    }
    ask()
    measures.heard('b', counted(5))
    // Of a round that is over.
    pass()
    ask()
    expect(answers).toHaveLength(1)
    pass()
    expect(answers).toEqual([
      ['a', { done_total: 6, used: 2 }],
      ['a', { done_total: 6, used: 2 }],
    ])
    // It has been asked, and still owes its answer.
    ask()
    expect(asked.filter((worker) => worker === 'b')).toHaveLength(2)
    measures.heard('b', counted(7))
    expect(answers.at(-1)).toEqual(['a', { done_total: 8, used: 2 }])
  })

  it('does not wait for who has ended', () => {
    const { answers, measures } = workers('a', 'b')
    measures.want('a')
    measures.heard('a', counted(1))
    measures.forget('b')
    expect(answers).toEqual([['a', { done_total: 1, used: 1 }]])
  })
})
