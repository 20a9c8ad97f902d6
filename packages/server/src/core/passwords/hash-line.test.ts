import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../errors.js'
import { affordableQueue, HashLine } from './hash-line.js'

/** A line of names, with a clock to turn; `away` has who was sent away. */
function openLine({ workers = 1, longest = 4 } = {}) {
  let time = 0
  const away: { name: string; reason: Refusal }[] = []
  const line = new HashLine<{ name: string; reject(reason: Refusal): void }>({
    workers,
    longest,
    now: () => time,
  })
  const enter = (name: string, network = 'n', signal?: AbortSignal) => {
    const reject = (reason: Refusal) => void away.push({ name, reason })
    line.enter({ name, reject }, { network, name, signal }, false)
  }
  const rest = () => {
    const names: string[] = []
    for (let next = line.first(); next !== undefined; next = line.first()) {
      names.push(next.name)
      line.take()
    }
    return names
  }
  return { line, enter, rest, away, pass: (milliseconds: number) => (time += milliseconds) }
}

describe('HashLine', () => {
  it('J03 sends the newcomer away at once when it is full', () => {
    const { line, enter, rest, away } = openLine()
    for (const name of ['a', 'b', 'c']) enter(name)
    expect(line.isFull).toBe(false)
    for (const name of ['d', 'e']) enter(name)
    expect(line.isFull).toBe(true)
    expect(away).toMatchObject([{ name: 'e', reason: { code: 'overloaded', retryAfter: 1 } }])
    expect(rest()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('J03 has the last of the longest line give way, to a newcomer with fewer waiting', () => {
    const { line, enter, rest, away } = openLine()
    for (const name of ['a', 'b', 'c', 'd']) enter(name, 'many')
    enter('x', 'few')
    enter('y', 'few')
    enter('z', 'few')
    expect(away.map(({ name }) => name)).toEqual(['d', 'c', 'z'])
    expect(line.turnedAway).toMatchObject({ gave_way: 2, full: 1 })
    expect(rest()).toEqual(['a', 'x', 'b', 'y'])
  })

  it('J03 has a name with many waiting give way to another of its network', () => {
    const { enter, away } = openLine()
    for (let nth = 0; nth < 4; nth++) enter('flooded')
    enter('quiet')
    enter('flooded')
    expect(away.map(({ name }) => name)).toEqual(['flooded', 'flooded'])
  })

  it('J03 holds what can be done within five seconds, by what hashes have taken', () => {
    const { line, enter, away } = openLine({ workers: 2, longest: 10_000 })
    for (let nth = 0; nth < 200; nth++) line.learn(250)
    for (let nth = 0; nth < 100; nth++) enter(`${nth}`)
    expect(line.length).toBe(40)
    // Forty wait and two are computed, at eight a second; each of the others waits for a place of their own.
    expect(away.map(({ reason }) => reason.retryAfter).slice(0, 8)).toEqual([
      6, 6, 6, 6, 6, 6, 7, 7,
    ])
    expect(away.at(-1)?.reason.retryAfter).toBe(13)
  })

  it('J03 promises again what is left of the time once it has passed', () => {
    const { enter, away, pass } = openLine({ longest: 1 })
    for (let nth = 0; nth < 10_000; nth++) enter('a')
    expect(away.at(-1)?.reason.retryAfter).toBe(30)
    pass(30_000)
    enter('b')
    enter('c')
    expect(away.at(-1)?.reason.retryAfter).toBe(1)
  })

  it('J03 sends away who has waited eight seconds', () => {
    const { line, enter, rest, away, pass } = openLine()
    enter('a')
    pass(4_000)
    enter('b')
    pass(4_000)
    line.sendLateAway()
    expect(away).toEqual([])
    pass(1)
    line.sendLateAway()
    expect(away).toMatchObject([{ name: 'a', reason: { code: 'overloaded' } }])
    expect(rest()).toEqual(['b'])
  })

  it('lets go of who hangs up, and of their signal when they are taken', () => {
    const { enter, rest, away } = openLine()
    const calls = [new AbortController(), new AbortController()]
    enter('a', 'n', calls[0]?.signal)
    enter('b', 'n', calls[1]?.signal)
    calls[0]?.abort()
    expect(away).toMatchObject([{ name: 'a', reason: { code: 'caller_gone' } }])
    expect(rest()).toEqual(['b'])
    calls[1]?.abort()
    expect(away).toHaveLength(1)
  })

  it('says how long who is taken has waited', () => {
    const { line, enter, pass } = openLine()
    enter('a')
    pass(40)
    expect(line.take()).toBe(40)
    expect(line.take()).toBe(0)
  })
})

describe('affordableQueue', () => {
  it.each([
    [2, 11.4, 877],
    [2, 250, 40],
    [4, 1000, 20],
    [2, 10_000, 2],
  ])('on %i workers at %d ms a hash is %i', (workers, meanTime, hashes) => {
    expect(affordableQueue(workers, meanTime)).toBe(hashes)
  })
})

describe('HashLine.admit', () => {
  const turn = (network: string) => ({ network, name: 'a' })

  it('J03 lets in as many as there will be room for, until they have gone', () => {
    const { line } = openLine({ workers: 1, longest: 3 })
    const leave = [1, 2, 3, 4].map(() => line.admit(turn('n')))
    expect(() => line.admit(turn('n'))).toThrow(expect.objectContaining({ code: 'overloaded' }))
    leave[2]?.()
    leave[2]?.()
    line.admit(turn('n'))
    expect(() => line.admit(turn('n'))).toThrow()
    expect(line.turnedAway).toMatchObject({ full: 2 })
  })

  it('J03 lets in as many more from networks with fewer, and no more', () => {
    const { line } = openLine({ workers: 1, longest: 3 })
    for (const network of ['many', 'many', 'many', 'many']) line.admit(turn(network))
    for (const network of ['b', 'c', 'd', 'e']) line.admit(turn(network))
    expect(() => line.admit(turn('many'))).toThrow()
    expect(() => line.admit(turn('f'))).toThrow()
  })

  it('lets nobody in who has hung up', () => {
    const { line } = openLine()
    const hungUp = { ...turn('n'), signal: AbortSignal.abort() }
    expect(() => line.admit(hungUp)).toThrow(expect.objectContaining({ code: 'caller_gone' }))
  })
})
