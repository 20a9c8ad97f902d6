import { describe, expect, it } from 'vitest'
import { UndecidedAttempts } from './undecided-attempts.js'

const second = 1_000

function opened() {
  let time = 0
  const undecided = new UndecidedAttempts(() => time)
  const woken: string[] = []
  const wait = (name: string, key = 'a') => {
    void undecided.next(key, time, time).then((again) => again && woken.push(name))
  }
  const settled = () => new Promise<void>((done) => setImmediate(done))
  return { undecided, wait, woken, settled, pass: (milliseconds: number) => (time += milliseconds) }
}

describe('UndecidedAttempts', () => {
  it('let nobody wait where none is under way', async () => {
    const { undecided } = opened()
    expect(await undecided.next('a', 0, 0)).toBe(false)
  })

  it('have those try again at once for whom one was decided while they tried', async () => {
    const { undecided, pass } = opened()
    undecided.begin(['a'])
    pass(5)
    undecided.decide(['a'])
    expect(await undecided.next('a', 0, 3)).toBe(true)
    expect(await undecided.next('a', 0, 6)).toBe(false)
    pass(2 * second)
    undecided.begin(['b'])
    undecided.decide(['b'])
    expect(undecided.hasDecided('a', 3)).toBe(false)
  })

  it('wake one for each that is decided, the first first, and all with the last', async () => {
    const { undecided, wait, woken, settled } = opened()
    for (let nth = 0; nth < 3; nth++) undecided.begin(['a', 'b'])
    for (const name of ['one', 'two', 'three', 'four']) wait(name)
    wait('of b', 'b')
    undecided.decide(['a'])
    await settled()
    expect(woken).toEqual(['one'])
    undecided.decide(['a'])
    await settled()
    expect(woken).toEqual(['one', 'two'])
    undecided.decide(['a'])
    await settled()
    expect(woken).toEqual(['one', 'two', 'three', 'four'])
  })

  it('let nobody wait for more than two seconds, as long as something happens', async () => {
    const { undecided, wait, woken, settled, pass } = opened()
    for (let nth = 0; nth < 3; nth++) undecided.begin(['a'])
    wait('one')
    wait('two')
    pass(2 * second)
    wait('three')
    undecided.decide(['a'])
    await settled()
    expect(woken).toEqual(['one', 'two'])
    expect(await undecided.next('a', 0, 0)).toBe(false)
  })

  it('H10 let a thousand wait, and no more', async () => {
    const { undecided, wait, woken, settled } = opened()
    undecided.begin(['a'])
    for (let nth = 0; nth < 1_000; nth++) wait(`${nth}`)
    expect(await undecided.next('a', 0, 0)).toBe(false)
    undecided.decide(['a'])
    await settled()
    expect(woken).toHaveLength(1_000)
  })
})
