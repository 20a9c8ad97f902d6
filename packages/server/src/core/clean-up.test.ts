import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Instant } from '../store/schema.js'
import { isForgettable } from './clean-up.js'
import { judgeRefresh } from './judge-refresh.js'

const minute = 60_000
const day = 24 * 60 * minute
const memory = 2 * day
const longestToken = day + minute

const lifetime = fc.integer({ min: 60, max: 400 * 24 * 60 * 60 })
const age = fc.integer({ min: 0, max: 800 * day })
const now = 2_000_000_000_000

const situation = fc
  .record({
    age,
    unused: fc.double({ min: 0, max: 1, noNaN: true }),
    ended: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    own: fc.record({ idle: fc.option(lifetime), session: fc.option(lifetime) }),
    usual: fc.record({ idle: lifetime, session: lifetime }),
  })
  .map(({ age, unused, ended, own, usual }) => {
    const used = now - Math.round(age * unused)
    return {
      session: {
        created_at: (now - age) as Instant,
        last_used_at: used as Instant,
        ended_at: ended === null ? null : ((now - Math.round((now - used) * ended)) as Instant),
        refresh_idle_ttl: own.idle,
        session_ttl: own.session,
      },
      usual: { idle: usual.idle * 1000, session: usual.session * 1000, memory },
    }
  })

describe('a session', () => {
  it('E08 stays as long as a refresh token of it would be taken, or an access token lives', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 0, max: 3 }), ({ session, usual }, counter) => {
        if (!isForgettable(session, now, usual)) return
        const { refresh_idle_ttl: idle, session_ttl: longest } = session
        const row = {
          ...session,
          client_id: 'shop',
          epoch: 0,
          counter: 3,
          rotated_at: session.last_used_at,
          password_at: null,
          password_changed_at: null,
          user_disabled: 0 as const,
        }
        const claim = { sessionId: 'session', epoch: 0, counter }
        const limits = {
          grace: 10 * minute,
          idle: idle === null ? usual.idle : idle * 1000,
          absolute: longest === null ? usual.session : longest * 1000,
        }
        expect(judgeRefresh(row, claim as never, 'shop', now, limits)).toBe('over')
        const lastToken = session.last_used_at + limits.grace
        expect(lastToken + longestToken).toBeLessThan(now)
      }),
      { numRuns: 2_000 },
    )
  })

  const limits = { idle: 30 * day, session: 90 * day, memory }
  const aged = (fields: object) => ({
    created_at: (now - 20 * day) as Instant,
    last_used_at: (now - 10 * day) as Instant,
    ended_at: null,
    refresh_idle_ttl: null,
    session_ttl: null,
    ...fields,
  })
  it.each([
    ['in use', {}, false],
    ['ended long ago', { ended_at: now - 5 * day }, true],
    ['ended a moment ago', { ended_at: now - minute }, false],
    ['idle for too long', { created_at: now - 40 * day, last_used_at: now - 31 * day }, true],
    ['as idle as may be', { created_at: now - 40 * day, last_used_at: now - 30 * day }, false],
    ['as old as it can be', { created_at: now - 91 * day }, true],
    [
      'old, with a token that lives',
      { created_at: now - 91 * day, last_used_at: now - day },
      false,
    ],
    ['of a client with short ones', { refresh_idle_ttl: 9 * 24 * 60 * 60 }, true],
    ['of a client with long ones', { created_at: now - 91 * day, session_ttl: 1e7 }, false],
  ])('that is %s may go: or not', (_what, fields, may) => {
    expect(isForgettable(aged(fields), now, limits)).toBe(may)
  })
})
