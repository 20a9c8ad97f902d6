import { expect, it } from 'vitest'
import type { SampledSession } from '../../store/clean-up.js'
import type { Instant, UserId } from '../../store/schema.js'
import { liveSessions } from './live-sessions.js'

const day = 24 * 60 * 60_000
const now = 100 * day
const lifetimes = { idle: 30 * day, session: 90 * day }

function session(user: number, fields: Partial<SampledSession> = {}): SampledSession {
  return {
    user_id: user.toString(16).padStart(8, '0').padEnd(32, 'a') as UserId,
    created_at: (now - day) as Instant,
    last_used_at: (now - day) as Instant,
    ended_at: null,
    refresh_idle_ttl: null,
    session_ttl: null,
    ...fields,
  }
}

it('counts those that live, where all are there', () => {
  const [ended, idle, old] = [
    { ended_at: (now - 1) as Instant },
    { last_used_at: (now - 31 * day) as Instant },
    { created_at: (now - 91 * day) as Instant },
  ]
  const all = [{}, ended, idle, old, { ...idle, refresh_idle_ttl: 40 * 24 * 60 * 60 }, {}]
  const sample = all.map((fields, at) => session(at, fields))
  expect(liveSessions(sample, 10, now, lifetimes)).toBe(3)
  expect(liveSessions([], 10, now, lifetimes)).toBe(0)
})

it('estimates how many there are by the part of all ids that it has seen', () => {
  // A million users, whose ids lie evenly; each has two sessions, one of which has ended.
  const gap = 2 ** 32 / 1_000_000
  const sample = Array.from({ length: 1_000 }, (_, at) =>
    session(Math.floor((1 + Math.floor(at / 2)) * gap), at % 2 ? { ended_at: now as Instant } : {}),
  )
  const estimate = liveSessions(sample, 1_000, now + 1, lifetimes)
  expect(Math.abs(estimate - 1_000_000)).toBeLessThan(5_000)
})

it('says at least what it has seen, where one user has all of them', () => {
  const sample = Array.from({ length: 10 }, () => session(7))
  expect(liveSessions(sample, 10, now, lifetimes)).toBe(10)
})
