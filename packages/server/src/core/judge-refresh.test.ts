import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SessionId } from '../store/schema.js'
import {
  judgeRefresh,
  type RefreshableSession,
  type RefreshLimits,
  type RefreshVerdict,
} from './judge-refresh.js'

const now = 1_764_000_000_000
const limits: RefreshLimits = { grace: 30_000, idle: 3_600_000, absolute: 86_400_000 }

/** At its fifth step, taken ten seconds ago. */
const live: RefreshableSession = {
  client_id: 'shop',
  epoch: 2,
  counter: 5,
  created_at: now - 60_000,
  last_used_at: now - 10_000,
  rotated_at: now - 10_000,
  ended_at: null,
  password_at: now - 70_000,
  password_changed_at: now - 70_000,
  user_disabled: 0,
}

interface Case {
  name: string
  session?: Partial<RefreshableSession>
  claim?: { epoch?: number; counter?: number }
  client?: string
  limits?: Partial<RefreshLimits>
  verdict: RefreshVerdict
}

const current = {}
const predecessor = { counter: 4 }
const grandparent = { counter: 3 }
const rotated = (ago: number) => ({ rotated_at: now - ago })

function judge(each: Omit<Case, 'name' | 'verdict'>): RefreshVerdict {
  const session = { ...live, ...each.session }
  const claim = {
    sessionId: 'session' as SessionId,
    epoch: session.epoch,
    counter: session.counter,
    ...each.claim,
  }
  return judgeRefresh(session, claim, each.client ?? 'shop', now, { ...limits, ...each.limits })
}

function table(cases: readonly Case[]): void {
  it.each(cases)('$name: $verdict', ({ verdict, ...each }) => {
    expect(judge(each)).toBe(verdict)
  })
}

describe('E03 the current token', () => {
  table([
    { name: 'just after its step', claim: current, session: rotated(0), verdict: 'rotate' },
    { name: 'long after its step', claim: current, session: rotated(3_000_000), verdict: 'rotate' },
    {
      name: 'of a session that took no step yet',
      session: { counter: 0, rotated_at: null },
      verdict: 'rotate',
    },
    { name: 'without a grace', limits: { grace: 0 }, verdict: 'rotate' },
    { name: 'where the clock was set back', session: rotated(-3_600_000), verdict: 'rotate' },
    { name: 'at the largest counter', session: { counter: 2 ** 32 - 1 }, verdict: 'rotate' },
  ])
})

describe('E04 the token before it', () => {
  table([
    {
      name: 'at the moment of the step',
      claim: predecessor,
      session: rotated(0),
      verdict: 'repeat',
    },
    {
      name: 'at the end of the grace',
      claim: predecessor,
      session: rotated(30_000),
      verdict: 'repeat',
    },
    {
      name: 'a millisecond later',
      claim: predecessor,
      session: rotated(30_001),
      verdict: 'theft',
    },
    {
      name: 'without a grace, in the same millisecond',
      claim: predecessor,
      session: rotated(0),
      limits: { grace: 0 },
      verdict: 'repeat',
    },
    {
      name: 'without a grace, in the next millisecond',
      claim: predecessor,
      session: rotated(1),
      limits: { grace: 0 },
      verdict: 'theft',
    },
    {
      name: 'where the look at the clock crossed with the step',
      claim: predecessor,
      session: rotated(-1_000),
      verdict: 'repeat',
    },
    {
      name: 'M08 where the clock was set back, if only by a little more',
      claim: predecessor,
      session: rotated(-1_001),
      verdict: 'theft',
    },
    {
      name: 'M08 where the clock was set back by an hour',
      claim: predecessor,
      session: rotated(-3_600_000),
      verdict: 'theft',
    },
    {
      name: 'M08 where the clock was set on by a day',
      claim: predecessor,
      session: rotated(86_400_000),
      limits: { absolute: 2 * 86_400_000 },
      verdict: 'theft',
    },
    {
      name: 'of a session that never took a step, which can not be',
      claim: predecessor,
      session: { rotated_at: null },
      verdict: 'theft',
    },
  ])
})

describe('E05 an older one', () => {
  table([
    { name: 'within the grace', claim: grandparent, session: rotated(0), verdict: 'theft' },
    { name: 'after it', claim: grandparent, session: rotated(30_001), verdict: 'theft' },
    { name: 'the first of all', claim: { counter: 0 }, verdict: 'theft' },
  ])
})

describe('M09 a token of a time that this database has not seen', () => {
  table([
    { name: 'one step ahead', claim: { counter: 6 }, verdict: 'rolled_back' },
    { name: 'far ahead', claim: { counter: 2 ** 32 - 1 }, verdict: 'rolled_back' },
    { name: 'the current step of an older epoch', claim: { epoch: 1 }, verdict: 'rolled_back' },
    { name: 'the current step of a newer epoch', claim: { epoch: 3 }, verdict: 'rolled_back' },
    {
      name: 'the step before of another epoch',
      claim: { epoch: 1, counter: 4 },
      verdict: 'rolled_back',
    },
    {
      name: 'an old step of another epoch',
      claim: { epoch: 1, counter: 0 },
      verdict: 'rolled_back',
    },
  ])
})

/** Each ends a session, whatever the token. */
const endings: readonly Omit<Case, 'verdict'>[] = [
  { name: 'E06 that has ended', session: { ended_at: now } },
  { name: 'E09 of a user who is disabled', session: { user_disabled: 1 } },
  { name: 'E09 whose password was changed since', session: { password_changed_at: now - 1 } },
  { name: 'E09 whose user got a password since', session: { password_at: null } },
  { name: 'E09 whose user has no password any more', session: { password_changed_at: null } },
  { name: 'E08 idle for too long', session: { last_used_at: now - 3_600_001 } },
  { name: 'E08 older than any may be', session: { created_at: now - 86_400_001 } },
]

describe('a session that is over', () => {
  for (const claim of [current, predecessor, grandparent, { counter: 6 }, { epoch: 1 }]) {
    table(
      endings.map((ending) => ({
        ...ending,
        name: `${ending.name}, asked with ${JSON.stringify(claim)}`,
        claim,
        verdict: 'over',
      })),
    )
  }

  table([
    {
      name: 'not yet: idle to the limit',
      session: { last_used_at: now - 3_600_000 },
      verdict: 'rotate',
    },
    {
      name: 'not yet: old to the limit',
      session: { created_at: now - 86_400_000 },
      verdict: 'rotate',
    },
    {
      name: 'not: of a user who never had a password',
      session: { password_at: null, password_changed_at: null },
      verdict: 'rotate',
    },
    {
      name: 'E08 old, though used just now',
      session: { created_at: now - 86_400_001, last_used_at: now, rotated_at: now },
      verdict: 'over',
    },
  ])
})

describe('E02 another client’s token', () => {
  const claims = [current, predecessor, grandparent, { counter: 6 }, { epoch: 1 }]
  table(
    claims.flatMap((claim) =>
      [{ name: 'of a live session', session: {} }, ...endings].map((ending) => ({
        ...ending,
        name: `${ending.name}, asked with ${JSON.stringify(claim)}`,
        claim,
        client: 'thief',
        verdict: 'foreign' as const,
      })),
    ),
  )
  table([
    { name: 'of a client of like name', client: 'Shop', verdict: 'foreign' },
    { name: 'without a client', client: '', verdict: 'foreign' },
  ])
})

describe('whatever the session and the token', () => {
  const time = fc.oneof(
    fc.integer({ min: now - 200_000_000, max: now + 5_000_000 }),
    fc.integer({ min: now - 40_000, max: now + 2_000 }),
  )
  const anySession: fc.Arbitrary<RefreshableSession> = fc.record({
    client_id: fc.constantFrom('shop', 'other'),
    epoch: fc.nat(2),
    counter: fc.nat(4),
    created_at: time,
    last_used_at: time,
    rotated_at: fc.option(time),
    ended_at: fc.option(time),
    password_at: fc.constantFrom(null, 1, 2),
    password_changed_at: fc.constantFrom(null, 1, 2),
    user_disabled: fc.constantFrom(0 as const, 1 as const),
  })
  const mostlyLive = fc.tuple(anySession, fc.integer({ min: 0, max: 9 })).map(([session, kind]) =>
    kind === 0
      ? session
      : {
          ...live,
          counter: session.counter,
          epoch: session.epoch,
          rotated_at: session.rotated_at,
        },
  )
  const anyClaim = fc.record({
    sessionId: fc.constant('session' as SessionId),
    epoch: fc.nat(2),
    counter: fc.nat(5),
  })
  const anyLimits = fc.record({
    grace: fc.nat(600_000),
    idle: fc.integer({ min: 1, max: 90_000_000 }),
    absolute: fc.integer({ min: 1, max: 180_000_000 }),
  })

  /** The properties hold for sessions of all kinds, and need each of them often. */
  function always(
    property: (
      verdict: RefreshVerdict,
      session: RefreshableSession,
      claim: { epoch: number; counter: number },
      limits: RefreshLimits,
    ) => void,
  ): void {
    fc.assert(
      fc.property(mostlyLive, anyClaim, anyLimits, (session, claim, some) => {
        property(judgeRefresh(session, claim, 'shop', now, some), session, claim, some)
      }),
      { numRuns: 2_000 },
    )
  }

  it('E03 only the current step of a session that goes on is rotated', () => {
    always((verdict, session, claim) => {
      if (verdict !== 'rotate') return
      expect(claim).toMatchObject({ epoch: session.epoch, counter: session.counter })
    })
  })

  it('E05 only the step before is repeated, and only within the grace', () => {
    always((verdict, session, claim, { grace }) => {
      if (verdict !== 'repeat') return
      expect(claim).toMatchObject({ epoch: session.epoch, counter: session.counter - 1 })
      expect(now - (session.rotated_at ?? 0)).toBeLessThanOrEqual(grace)
    })
  })

  it('E09 nothing is given to a session that has ended, or to a user who may not go on', () => {
    always((verdict, session) => {
      if (verdict !== 'rotate' && verdict !== 'repeat') return
      expect(session).toMatchObject({ client_id: 'shop', ended_at: null, user_disabled: 0 })
      expect(session.password_at).toBe(session.password_changed_at)
    })
  })

  it('E08 nothing is given after the idle or the absolute time', () => {
    always((verdict, session, _claim, { idle, absolute }) => {
      if (verdict !== 'rotate' && verdict !== 'repeat') return
      expect(now - session.last_used_at).toBeLessThanOrEqual(idle)
      expect(now - session.created_at).toBeLessThanOrEqual(absolute)
    })
  })

  it('E06 the owner is never called a thief for the current step, nor for one that is ahead', () => {
    always((verdict, session, claim) => {
      if (verdict === 'theft') expect(claim.counter).toBeLessThan(session.counter)
    })
  })

  it('a longer grace takes nothing away', () => {
    fc.assert(
      fc.property(mostlyLive, anyClaim, anyLimits, fc.nat(), (session, claim, some, more) => {
        const verdict = judgeRefresh(session, claim, 'shop', now, some)
        const longer = { ...some, grace: some.grace + more }
        const then = judgeRefresh(session, claim, 'shop', now, longer)
        expect(then === verdict || (verdict === 'theft' && then === 'repeat')).toBe(true)
      }),
    )
  })
})
