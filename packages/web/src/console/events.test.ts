import { expect, it, vi } from 'vitest'
import { limitKinds } from '../../../server/src/core/attempt-limits.js'
import * as server from '../../../server/src/core/audit.js'
import { endReasons } from '../../../server/src/store/end-reasons.js'
import german from './texts/de.json' with { type: 'json' }
import english from './texts/en.json' with { type: 'json' }

/** As a page in that language tells events. */
async function eventsIn(language: string, { texts }: { texts: object }) {
  vi.resetModules()
  const textContent = JSON.stringify({ language, texts: { texts, sentences: {} } })
  vi.stubGlobal('document', { getElementById: () => ({ textContent }) })
  const events = await import('./events.js')
  vi.unstubAllGlobals()
  return events
}

it('all events of the server’s are known, and what they say besides', async () => {
  const { auditEvents, endings, limits } = await eventsIn('en', english)
  expect(auditEvents.toSorted()).toEqual(server.auditEvents.toSorted())
  expect(endings.toSorted()).toEqual(endReasons.toSorted())
  expect(limits.toSorted()).toEqual(limitKinds.toSorted())
})

it.each([
  ['en', english],
  ['de', german],
] as const)('in %s each has a sentence, whole whatever its detail is', async (language, texts) => {
  const { auditEvents, endings, limits, reasons, sentenceOf, ways } = await eventsIn(
    language,
    texts,
  )
  const plain = auditEvents.flatMap((event) =>
    [null, {}, 'broken', [1]].map((detail) => sentenceOf({ event, detail })),
  )
  const others = [
    ...endings.map((why) => sentenceOf({ event: 'session_ended', detail: { why } })),
    ...limits.map((by) => sentenceOf({ event: 'attempts_slowed', detail: { by } })),
    ...reasons.map((reason) => sentenceOf({ event: 'sign_in_failed', detail: { reason } })),
    ...ways.map((by) => sentenceOf({ event: 'user_created', detail: { by } })),
  ]
  for (const sentence of [...plain, ...others]) expect(sentence).toMatch(/^[^{}_]+\.$/)
  expect(new Set(plain).size).toBe(auditEvents.length)
  expect(new Set(others).size).toBe(others.length)
})

it('what an entry names stands in its sentence, and turns nothing around', async () => {
  const { sentenceOf } = await eventsIn('en', english)
  const told = (event: string, detail: object) => sentenceOf({ event, detail })
  expect(told('key_retired', { kid: 'abc' })).toBe(
    'The key abc was retired: its tokens are refused.',
  )
  expect(told('user_scopes_changed', { scopes: '' })).toBe('The user lost all scopes.')
  expect(told('users_exported', { password_hashes: true })).toContain('with the hashes')
  expect(told('users_imported', { users: 3, file: '\u202e<b>{users}' })).toBe(
    '3 users were imported from \u2068\ufffd<b>{users}\u2069.',
  )
})

it('an event that is none we know is named', async () => {
  const { sentenceOf } = await eventsIn('en', english)
  expect(sentenceOf({ event: 'of_tomorrow', detail: null })).toBe('of_tomorrow')
})
