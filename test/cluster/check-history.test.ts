import { describe, expect, it } from 'vitest'
import { seeded } from '../sessions/seeded.js'
import { breachesOf } from './check-history.js'
import type { Answer, Operation, Outage, Request } from './history.js'
import { effectOf, notOpened } from './session-model.js'

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
        // Of a route that reads nothing a late yes is allowed, and these always are one.
        if (alwaysYes.has(request.do) || (request.do === 'verify' && answer === 'no')) continue
        const wrong = answer === 'yes' ? 'no' : 'yes'
        const history = operations.with(index, { ...operationAt(operations, index), answer: wrong })
        expect(breachesOf({ operations: history, outages: [] })).not.toEqual([])
        turned++
      }
    }
    expect(turned).toBeGreaterThan(300)
  })

  const good = [
    said(-2, -1, 0, { do: 'sign in' }, 'yes'),
    said(0, 1, 0, refresh(0), 'yes', 'one'),
    said(2, 5, 1, refresh(1), 'yes', 'two'),
    said(3, 4, 2, refresh(1), 'yes', 'two'),
    said(6, 7, 0, refresh(2), 'none'),
    said(8, 9, 1, refresh(2), 'yes', 'three'),
    said(10, 11, 2, { do: 'verify' }, 'yes'),
    said(11.2, 11.4, 1, { do: 'ask about access' }, 'yes'),
    said(11.6, 11.8, 0, { do: 'ask about refresh', step: 1 }, 'no'),
    said(12, 13, 2, { do: 'sign out' }, 'yes'),
    said(14, 15, 0, { do: 'verify' }, 'yes'),
    said(16, 17, 1, { do: 'read' }, 'no'),
    said(18, 19, 0, { do: 'verify' }, 'no'),
    said(20, 21, 0, look(3, 'ended').request, 'yes'),
  ]
  const killed: Outage = { fault: 'kill', nodes: [0], kills: true, start: 6, end: 7 }

  it('passes a history by hand', () => {
    expect(breachesOf({ operations: good, outages: [killed] })).toEqual([])
  })

  for (const [what, index, change, breach] of [
    ['a fork of one token', 3, { token: 'other' }, 'two successors'],
    ['a rotation that was answered and is lost', 13, look(2, 'ended'), 'fits no order'],
    ['a rotation more than was asked for', 13, look(4, 'ended'), 'fits no order'],
    ['a sign-out that was answered and is lost', 13, look(3, 'live'), 'fits no order'],
    ['a refresh after the sign-out', 11, { request: refresh(3), answer: 'yes' }, 'fits no order'],
    ['a live session that is refused', 5, { answer: 'no' }, 'fits no order'],
    ['a live session whose token is refused', 6, { answer: 'no' }, 'fits no order'],
    ['a live session that introspection denies', 7, { answer: 'no' }, 'fits no order'],
    ['an old token that introspection knows', 8, { answer: 'yes' }, 'fits no order'],
    ['an ended session that is read', 11, { answer: 'yes' }, 'fits no order'],
    ['an old token that is answered', 5, { request: refresh(0) }, 'fits no order'],
    ['a token that lives where it was signed out', 10, { node: 2 }, 'came back to life'],
    ['a token that was refused and lives', 13, { request: { do: 'verify' } }, 'came back to life'],
    ['a token that lives for long', 10, { start: 6_000, end: 6_001 }, 'long after its end'],
    ['a 503 with no fault', 5, { answer: 'unavailable' }, 'went wrong'],
    ['a failed verification', 6, { answer: 'unavailable' }, 'went wrong'],
    ['no answer with no fault', 4, { node: 1 }, 'went wrong'],
  ] as const) {
    it(`finds ${what}`, () => {
      const operations = good.with(index, { ...operationAt(good, index), ...change })
      expect(breachesOf({ operations, outages: [killed] }).join('\n')).toContain(breach)
    })
  }

  describe('of what ends all sessions of a user', () => {
    const other = { session: 'other' }
    const everywhere = said(4, 5, 0, { do: 'sign out everywhere' }, 'yes')
    const history = [
      said(0, 1, 0, { do: 'sign in' }, 'yes'),
      { ...said(0, 1, 1, { do: 'sign in' }, 'yes'), ...other },
      everywhere,
      said(6, 7, 1, { do: 'read' }, 'no'),
      { ...said(6, 7, 2, { do: 'read' }, 'no'), ...other },
    ]
    const check = (...operations: Operation[]) => breachesOf({ operations, outages: [] }).join('\n')
    const byAdmin = { ...everywhere, session: '', request: { do: 'end all' } } as const

    it('passes what it should do, by a session or an admin', () => {
      expect(check(...history)).toBe('')
      expect(check(...history.with(2, byAdmin))).toBe('')
      expect(
        check(...history, { ...said(2, 9, 0, { do: 'sign in' }, 'yes'), session: 'new' }),
      ).toBe('')
    })

    it('finds a session that it left, or that it ended before it was opened', () => {
      const reads = { ...said(6, 7, 2, { do: 'read' }, 'yes'), ...other }
      expect(check(...history.with(4, reads))).toContain('Session other fits no order')
      expect(check(...history.with(2, byAdmin).with(3, { ...reads, session: 's' }))).toContain(
        'no order',
      )
      const late = { ...said(8, 9, 1, { do: 'sign in' }, 'yes'), session: 'late' }
      const denied = { ...said(10, 11, 1, { do: 'read' }, 'no'), session: 'late' }
      expect(check(...history, late, denied)).toContain('Session late fits no order')
    })

    it('finds one that lives on where all were ended', () => {
      const lives = { ...said(8, 9, 0, { do: 'verify' }, 'yes'), ...other }
      expect(check(...history, lives)).toContain('Session other came back to life')
      expect(check(...history, { ...lives, node: 1 })).toBe('')
    })

    it('finds that it was done by a session that was over', () => {
      const again = { ...said(8, 9, 2, { do: 'sign out everywhere' }, 'yes'), ...other }
      expect(check(...history, again)).toContain('Session other fits no order')
    })

    it('lets one that was not answered happen a moment later, and not at any time', () => {
      const lost = said(4, 5, 0, { do: 'sign out everywhere' }, 'none')
      const open = (start: number) => ({
        ...said(start, start + 1, 1, { do: 'sign in' }, 'yes'),
        ...other,
      })
      const denied = (start: number) => ({
        ...said(start, start + 1, 1, { do: 'read' }, 'no'),
        ...other,
      })
      const outages = [{ ...always, end: 6 }]
      const found = (...operations: Operation[]) => breachesOf({ operations, outages })
      expect(found(lost, open(6), denied(8))).toEqual([])
      expect(found(lost, open(12_000), denied(12_002))).toHaveLength(1)
    })
  })

  it('lets a token be taken late while something is wrong, and soon after', () => {
    const operations = [...good, said(7_000, 7_001, 1, { do: 'verify' }, 'yes')]
    const outages = [killed, { ...killed, start: 100, end: 3_000 }]
    expect(breachesOf({ operations, outages })).toEqual([])
    expect(breachesOf({ operations, outages: [killed] })).toHaveLength(1)
  })

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
    const opening = said(-2, -1, 0, { do: 'sign in' }, 'yes')
    const lost = [opening, said(0, 1, 0, refresh(0), 'none')]
    const step = [...lost, said(2, 3, 1, { do: 'read' }, 'yes')]
    const taken = said(4, 5, 1, look(1, 'live').request, 'yes')
    expect(breachesOf({ operations: [...step, taken], outages: [always] })).toEqual([])
    const stale = [
      said(2, 3, 1, refresh(0), 'yes', 'one'),
      said(4, 5, 1, refresh(1), 'yes', 'two'),
      said(6, 7, 1, { do: 'read' }, 'no'),
    ]
    const operations = [...lost, ...stale]
    expect(breachesOf({ operations, outages: [always] })).toHaveLength(1)
  })
})

const always: Outage = { fault: 'all', nodes: [0, 1, 2], kills: true, start: -100, end: 1_000 }

function refresh(step: number): Request {
  return { do: 'refresh', step }
}

/** What is answered with yes whatever has happened. */
const alwaysYes = new Set(['sign in', 'sign out', 'end all'])

function look(counter: number, phase: 'live' | 'ended'): { request: Request } {
  return { request: { do: 'look', state: { counter, phase } } }
}

function said(
  start: number,
  end: number,
  node: number,
  request: Request,
  answer: Answer,
  token?: string,
): Operation {
  return { user: 'u', session: 's', start, end, node, request, answer, ...(token && { token }) }
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
  let state = notOpened
  return Array.from({ length: 20 }, (_, moment) => {
    const request = requestAt(moment)
    const effect = effectOf(request, state)
    const isLost = patience > 0 && moment > 0 && moment < 19 && random(8) === 0
    if (!isLost || random(2) === 0) state = effect.state
    const start = moment - random(patience + 1) / 2
    const end = moment + random(patience + 1) / 2 + (patience === 0 ? 0 : 0.25)
    const token = request.do === 'refresh' && !isLost ? `token ${request.step + 1}` : undefined
    return said(start, end, random(3), request, isLost ? 'none' : effect.answer, token)
  })

  function requestAt(moment: number): Request {
    if (moment === 0) return { do: 'sign in' }
    if (moment === 19) return { do: 'look', state }
    return anyRequest()
  }

  function anyRequest(): Request {
    const choice = random(40)
    const step = Math.max(0, state.counter - (random(12) === 0 ? random(4) : random(2)))
    if (choice === 0) return { do: 'sign out' }
    if (choice === 1) return { do: 'end all' }
    if (choice === 2) return { do: 'sign out everywhere' }
    if (choice < 8) return { do: 'read' }
    if (choice < 11) return { do: 'ask about access' }
    if (choice < 16) return { do: 'ask about refresh', step }
    return refresh(step)
  }
}
