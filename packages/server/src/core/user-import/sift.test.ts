import { expect, test } from 'vitest'
import type { Instant, UserId } from '../../store/schema.js'
import { candidateOf } from './candidate.js'
import { type Judged, sift } from './sift.js'

const nobody = {
  users: new Map<string, UserId>(),
  names: new Set<string>(),
  addresses: new Set<string>(),
  ids: new Set<string>(),
}

function record(at: number, username: string, email?: string, id?: string): Judged {
  const user = { id: id as UserId | undefined, username, email, emailVerified: true }
  return { at, losses: [], ...candidateOf(user, 1 as Instant, new Map()) }
}

function sifted(
  records: readonly Judged[],
  { taken = nobody, seen = new Map<string, number>(), unsureUpTo = 0 } = {},
) {
  const { fresh, present, leftOut } = sift(records, { taken, seen, unsureUpTo })
  return { fresh: fresh.map(({ at }) => at), present, leftOut: leftOut.map(({ at }) => at) }
}

test('the second of two records with one name or one proved address is left out', () => {
  const records = [
    record(1, 'ann', 'ann@example.com'),
    record(2, 'ANN'),
    record(3, 'bob', 'Ann@example.com'),
  ]
  expect(sifted(records)).toEqual({ fresh: [1], present: 0, leftOut: [2, 3] })
  const seen = new Map([['u:ann', 1]])
  expect(sifted([record(9, 'ann')], { seen })).toEqual({ fresh: [], present: 0, leftOut: [9] })
})

test('a record that was left out keeps no name', () => {
  const ann = record(1, 'ann', 'ann@example.com')
  // Left out for its address, then there is room for the name.
  const records = [ann, record(2, 'bob', 'ann@example.com'), record(3, 'bob')]
  expect(sifted(records)).toEqual({ fresh: [1, 3], present: 0, leftOut: [2] })
  const taken = { ...nobody, addresses: new Set(['ann@example.com']) }
  expect(sifted([ann, record(2, 'ann')], { taken })).toEqual({
    fresh: [2],
    present: 0,
    leftOut: [1],
  })
})

test('who is there already keeps a name, and no address that only the file says', () => {
  const taken = { ...nobody, users: new Map([['ann', 'a' as UserId]]), names: new Set(['ann']) }
  const records = [record(1, 'ann', 'new@example.com'), record(2, 'bob', 'new@example.com')]
  expect(sifted([...records, record(3, 'ann')], { taken })).toEqual({
    fresh: [2],
    present: 1,
    leftOut: [3],
  })
})

test('of records that an import before has settled, the database says what became of them', () => {
  const seen = new Map([['u:ann', 3]])
  const options = { seen, unsureUpTo: 5 }
  expect(sifted([record(9, 'ann')], options)).toEqual({ fresh: [9], present: 0, leftOut: [] })
  const taken = { ...nobody, users: new Map([['ann', 'a' as UserId]]), names: new Set(['ann']) }
  expect(sifted([record(9, 'ann')], { ...options, taken })).toEqual({
    fresh: [],
    present: 0,
    leftOut: [9],
  })
})

test('records that share a line are told apart by their numbers', () => {
  const list = [record(1, 'bob'), record(1, 'bob')].map((one, at) => ({ ...one, nth: at + 6 }))
  expect(sifted(list, { unsureUpTo: 5 })).toEqual({ fresh: [1], present: 0, leftOut: [1] })
  const [taken, seen] = [
    { ...nobody, users: new Map([['bob', 'b' as UserId]]) },
    new Map([['u:bob', 7]]),
  ]
  const { leftOut } = sift(list.slice(1), { taken, seen, unsureUpTo: 5 })
  expect(leftOut).toMatchObject([{ why: 'The same name, address or id as in record 7' }])
})

test('an id that came along is given to nobody else, and to no client', () => {
  const records = [record(1, 'ann', undefined, 'a'), record(2, 'bob', undefined, 'a')]
  expect(sifted(records)).toEqual({ fresh: [1], present: 0, leftOut: [2] })
  const nobodyNew = { fresh: [], present: 0, leftOut: [1, 2] }
  expect(sifted(records, { taken: { ...nobody, ids: new Set(['a']) } })).toEqual(nobodyNew)
  expect(sifted(records, { taken: { ...nobody, names: new Set(['a']) } })).toEqual(nobodyNew)
})
