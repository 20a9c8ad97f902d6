import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import type { AuditRow, Instant, UserId } from '../../store/schema.js'
import { digestOf, digestsIn, isGenuine, makeSeal } from './seal.js'

const key = { id: 'key', key: createSecretKey(randomBytes(32)) }
const now = 1_764_000_000_000 as Instant

function entry(fields: Partial<AuditRow> = {}): AuditRow {
  return {
    id: 'a',
    at: now,
    event: 'sign_in',
    user_id: null,
    session_id: null,
    client_id: null,
    actor: 'system',
    address: null,
    request_id: null,
    detail: null,
    ...fields,
  }
}

it('K04 tells apart rows whose fields run together to the same text', () => {
  const rows = [
    entry(),
    entry({ user_id: '' as UserId }),
    entry({ user_id: '-' as UserId }),
    entry({ event: 'sign_in-', user_id: null }),
    entry({ address: 'ab', request_id: 'c' }),
    entry({ address: 'a', request_id: 'bc' }),
    entry({ address: '1:a', request_id: null }),
    entry({ address: 'é' }),
    entry({ address: 'e\u0301' }),
  ]
  const digests = rows.map((row) => digestOf(row, key.key))
  expect(new Set(digests).size).toBe(rows.length)
})

it('K04 makes a seal that no other key makes, and that goes on from the one before', () => {
  const sealing = { previous: undefined, keptFor: null, now }
  const first = makeSeal({ ...sealing, entries: [entry(), entry({ id: 'b:c' })] }, key)
  expect(first).toMatchObject({ number: 1, entries: 2, previous_mac: '', latest_at: now })
  expect([...digestsIn(first).keys()]).toEqual(['a', 'b:c'])
  expect(isGenuine(first, key.key)).toBe(true)
  expect(isGenuine(first, createSecretKey(randomBytes(32)))).toBe(false)
  expect(isGenuine({ ...first, mac: '' }, key.key)).toBe(false)
  const earlier = entry({ at: (now - 1) as Instant })
  const second = makeSeal({ ...sealing, entries: [earlier], previous: first }, key)
  expect(second).toMatchObject({
    number: 2,
    previous_mac: first.mac,
    previous_latest_at: now,
    latest_at: now,
  })
})

it('K04 covers every column of a seal', () => {
  const seal = makeSeal({ entries: [entry()], previous: undefined, keptFor: 1, now }, key)
  for (const name of Object.keys(seal)) {
    const changed = { ...seal, [name]: name === 'previous_latest_at' ? 1 : `${seal.mac}x` }
    expect(isGenuine(changed, key.key), name).toBe(false)
  }
})
