import { describe, expect, it } from 'vitest'
import { seeded } from '../sessions/seeded.js'
import { breachesOf } from './check-history.js'
import type { Answer, Operation, Outage, Request } from './history.js'
import { effectOf, opened } from './session-model.js'

describe('the check of a history', () => {
  it('finds nothing in what the model itself answers to operations at once, with answers lost', () => {
    for (let seed = 1; seed <= 300; seed++) {
      expect(breachesOf({ operations: simulated(seed), outages: [always] })).toEqual([])
    }
  })

  it('finds each answer of the model that is turned round', () => {
    let turned = 0
    for (let seed = 1; seed <= 40; seed++) {
      const operations = simulated(seed, 0)
      for (const [index, { request, answer }] of operations.entries()) {
        // Of a route that reads nothing a late yes is allowed, and a sign-out always is one.
        if (request.do === 'sign out' || (request.do === 'verify' && answer === 'no')) continue
        const wrong = answer === 'yes' ? 'no' : 'yes'
        const history = operations.with(index, { ...operationAt(operations, index), answer: wrong })
        expect(breachesOf({ operations: history, outages: [] })).not.toEqual([])
        turned++
      }
    }
    expect(turned).toBeGreaterThan(300)
  })

  const good = [
    said(0, 1, 0, refresh(0), 'yes', 'one'),
    said(2, 5, 1, refresh(1), 'yes', 'two'),
    said(3, 4, 2, refresh(1), 'yes', 'two'),
    said(6, 7, 0, refresh(2), 'none'),
    said(8, 9, 1, refresh(2), 'yes', 'three'),
    said(10, 11, 2, { do: 'verify' }, 'yes'),
    said(12, 13, 2, { do: 'sign out' }, 'yes'),
    said(14, 15, 0, { do: 'verify' }, 'yes'),
    said(16, 17, 1, { do: 'read' }, 'no'),
    said(18, 19, 0, { do: 'verify' }, 'no'),
    said(20, 21, 0, { do: 'look', state: { counter: 3, ended: true } }, 'yes'),
  ]
  const killed: Outage = { fault: 'kill', nodes: [0], kills: true, start: 6, end: 7 }

  it('passes a history by hand', () => {
    expect(breachesOf({ operations: good, outages: [killed] })).toEqual([])
  })

  for (const [what, index, change, breach] of [
    ['a fork of one token', 2, { token: 'other' }, 'two successors'],
    ['a rotation that was answered and is lost', 10, look(2, true), 'fits no order'],
    ['a rotation more than was asked for', 10, look(4, true), 'fits no order'],
    ['a sign-out that was answered and is lost', 10, look(3, false), 'fits no order'],
    ['a refresh after the sign-out', 8, { request: refresh(3), answer: 'yes' }, 'fits no order'],
    ['a live session that is refused', 4, { answer: 'no' }, 'fits no order'],
    ['a live session whose token is refused', 5, { answer: 'no' }, 'fits no order'],
    ['an old token that is answered', 4, { request: refresh(0) }, 'fits no order'],
    ['a token that lives where it was signed out', 7, { node: 2 }, 'came back to life'],
    ['a token that was refused and lives', 10, { request: { do: 'verify' } }, 'came back to life'],
    ['a 503 with no fault', 4, { answer: 'unavailable' }, 'went wrong'],
    ['a failed verification', 5, { answer: 'unavailable' }, 'went wrong'],
    ['no answer with no fault', 3, { node: 1 }, 'went wrong'],
  ] as const) {
    it(`finds ${what}`, () => {
      const operations = good.with(index, { ...operationAt(good, index), ...change })
      expect(breachesOf({ operations, outages: [killed] }).join('\n')).toContain(breach)
    })
  }

  it('lets a verification fail on a killed node, and on none whose database is away', () => {
    const operations = [said(0, 1, 0, { do: 'verify' }, 'none')]
    const outage = { ...killed, start: 0 }
    expect(breachesOf({ operations, outages: [outage] })).toEqual([])
    expect(breachesOf({ operations, outages: [{ ...outage, kills: false }] })).toHaveLength(1)
    expect(breachesOf({ operations, outages: [{ ...outage, nodes: [1] }] })).toHaveLength(1)
    expect(breachesOf({ operations, outages: [{ ...outage, start: 2 }] })).toHaveLength(1)
  })

  it('finds a sign-in that was refused, or failed with no fault', () => {
    for (const answer of ['no', 'unavailable', 'none'] as const) {
      const operations = [said(0, 1, 0, { do: 'sign in' }, answer)]
      expect(breachesOf({ operations, outages: [] })).toHaveLength(1)
    }
  })

  it('holds a step whose caller gave up for taken late, but not for a theft found late', () => {
    const step = [said(0, 1, 0, refresh(0), 'none'), said(2, 3, 1, { do: 'read' }, 'yes')]
    const taken = said(4, 5, 1, { do: 'look', state: { counter: 1, ended: false } }, 'yes')
    expect(breachesOf({ operations: [...step, taken], outages: [always] })).toEqual([])
    const stale = [
      said(2, 3, 1, refresh(0), 'yes', 'one'),
      said(4, 5, 1, refresh(1), 'yes', 'two'),
      said(6, 7, 1, { do: 'read' }, 'no'),
    ]
    const operations = [said(0, 1, 0, refresh(0), 'none'), ...stale]
    expect(breachesOf({ operations, outages: [always] })).toHaveLength(1)
  })
})

const always: Outage = { fault: 'all', nodes: [0, 1, 2], kills: true, start: -100, end: 1_000 }

function refresh(step: number): Request {
  return { do: 'refresh', step }
}

function look(counter: number, ended: boolean): { request: Request } {
  return { request: { do: 'look', state: { counter, ended } } }
}

function said(
  start: number,
  end: number,
  node: number,
  request: Request,
  answer: Answer,
  token?: string,
): Operation {
  return { session: 's', start, end, node, request, answer, ...(token && { token }) }
}

function operationAt(operations: readonly Operation[], index: number): Operation {
  const operation = operations[index]
  if (operation === undefined) throw new RangeError(`There is no operation ${index}`)
  return operation
}

/**
 * One server that takes a step a moment, for callers who wait longer than that.
 *
 * @param patience moments by which an operation may be longer, at either end; 0 loses no answers
 */
function simulated(seed: number, patience = 3): Operation[] {
  const random = seeded(seed)
  let state = opened
  return Array.from({ length: 20 }, (_, moment) => {
    const request = moment === 19 ? look(state.counter, state.ended).request : anyRequest()
    const effect = effectOf(request, state)
    const isLost = patience > 0 && moment < 19 && random(8) === 0
    if (!isLost || random(2) === 0) state = effect.state
    const start = moment - random(patience + 1) / 2
    const end = moment + random(patience + 1) / 2 + (patience === 0 ? 0 : 0.25)
    const token = request.do === 'refresh' && !isLost ? `token ${request.step + 1}` : undefined
    return said(start, end, random(3), request, isLost ? 'none' : effect.answer, token)
  })

  function anyRequest(): Request {
    const choice = random(20)
    if (choice === 0) return { do: 'sign out' }
    if (choice < 5) return { do: 'read' }
    const back = random(12) === 0 ? random(4) : random(2)
    return refresh(Math.max(0, state.counter - back))
  }
}
