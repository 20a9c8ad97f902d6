import { AuthError, type AuthErrorCode } from '@latchkey/client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { testServer } from '../../../server/test/test-server.js'
import german from './de.json' with { type: 'json' }
import english from './en.json' with { type: 'json' }

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The words of a page in that language. */
async function pageIn(language: string, texts: object) {
  const textContent = JSON.stringify({ language, texts })
  vi.stubGlobal('document', { getElementById: () => ({ textContent }) })
  // Another file may have loaded them for a page of its own.
  vi.resetModules()
  const { inWords } = await import('./faults.js')
  const { Problem } = await import('../api/problem.js')
  const { say, inSeconds, translated } = await import('./texts.js')
  return { inWords, Problem, say, inSeconds, translated }
}

const codes: readonly AuthErrorCode[] = [
  ...(['wrong_credentials', 'signed_out', 'too_many_attempts', 'unavailable'] as const),
  ...(['unreachable', 'mfa_required', 'refused', 'unexpected_answer'] as const),
]

describe.each([
  ['en', english, 'in 40 seconds', 'in 2 minutes'],
  ['de', german, 'in 40 Sekunden', 'in 2 Minuten'],
] as const)('in %s', (language, texts, soon, later) => {
  it('whatever goes wrong is told in words, and when it may be tried again', async () => {
    const { inWords, Problem } = await pageIn(language, texts)
    const answered = (status: number, headers: Record<string, string> = {}, body = {}) =>
      inWords(new Problem(new Response(null, { status, headers }), body))
    const told = [
      ...codes.map((code) => inWords(new AuthError(code, 'not for readers', { retryAfter: 40 }))),
      ...[403, 404, 412, 429, 500, 502, 503].map((status) => answered(status)),
      answered(401, { 'www-authenticate': 'Bearer error="insufficient_user_authentication"' }),
      inWords(new TypeError('Failed to fetch')),
      inWords(new DOMException('', 'TimeoutError')),
      inWords('nothing known'),
    ]
    const own = new Set(Object.values(texts.texts).map((text) => text.split('{')[0]))
    for (const text of told) {
      expect([...own].some((start) => start && text.startsWith(start)) && text).toBe(text)
      expect(text).not.toMatch(/\{|undefined|not for readers/)
    }
    expect(answered(429, { 'retry-after': '40' })).toContain(soon)
    expect(answered(503, { 'retry-after': '100' })).toContain(later)
    expect(answered(429, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' })).not.toMatch(/NaN/)
  })

  it('what stands in braces is filled in once, whatever it is', async () => {
    const { say } = await pageIn(language, texts)
    const hostile = '{email} $& $1 <b>'
    expect(say('verificationSent', { email: hostile })).toContain(hostile)
    expect(say('deviceName', {})).toContain('{browser}')
  })
})

/** What people can type, and where: too long, too short, too odd. */
const typed: [string, object][] = [
  ...['', 'a'.repeat(129), 'a'.repeat(5000), 'a\u0000', 'a\u200bb', 'a\u00a0b', ' a', 'latchkey']
    .concat('pаypal', 'a＠b', 'me@example.com', 'a\ud800')
    .map((username): [string, object] => ['users', { username, password: 'a wholly other one' }]),
  ...['', 'x', 'b'.repeat(300), `${'a'.repeat(20)}\ud800`, 'é'.repeat(3000), 'carol']
    .concat('a'.repeat(10_000), 'a'.repeat(20_000))
    .map((password): [string, object] => ['users', { username: 'carol', password }]),
  ...['', 'x', 'ı@example.com', `a@${'b.'.repeat(200)}com`, 'a@b@c', 'a'.repeat(3000)].map(
    (email): [string, object] => [
      'users',
      { username: 'carol', password: 'a wholly other one', email },
    ],
  ),
  ...['', 'x', 'a'.repeat(3000)].map((email): [string, object] => ['password-resets', { email }]),
]

it('the server says nothing of what one can type that is not in German, or in no English', async () => {
  const { app } = await testServer({ registration: 'open' })
  const details = new Set<string>()
  for (const [path, payload] of typed) {
    const answer = await app.inject({ method: 'POST', url: `/${path}`, payload })
    if (answer.statusCode >= 400) details.add(answer.json().detail)
  }
  expect(details.size).toBeGreaterThan(12)
  const inGerman = await pageIn('de', german)
  expect([...details].filter((detail) => inGerman.translated(detail) === detail)).toEqual([])
  vi.resetModules()
  const inEnglish = await pageIn('en', english)
  const said = [...details].map(inEnglish.translated)
  expect(said.filter((text) => /^[a-z]|\bbody\b|\{/.test(text))).toEqual([])
})
