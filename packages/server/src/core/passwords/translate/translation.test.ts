import { expect, it } from 'vitest'
import { importedHashes } from '../../../../test/imported-hashes.js'
import { fromStored } from './translation.js'

it('hashes that say what they are stay as they are', () => {
  for (const hash of Object.values(importedHashes)) expect(fromStored(hash)).toEqual({ hash })
})

it.each([
  [null],
  [undefined],
  [''],
  ['!'],
  ['!3Hb9vUqjzO6nNeHzl0WkTyeGqzrl1ppZzpmfJcYQ'],
  ['*'],
  ['*LK*'],
])('%j is of a user without a password', (stored) => {
  expect(fromStored(stored)).toEqual({ none: true })
})

it.each([
  [importedHashes.bcrypt?.slice(0, 40), 'The hash is bcrypt cut off at 40 of 60 characters'],
  ['fakehashedsecret', 'The hash is of no kind that is known'],
  ['*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19', 'The hash is of no kind that is known'],
  [17, 'The hash is no text'],
])('G10 %j is a fault', (stored, fault) => {
  expect(fromStored(stored)).toEqual({ fault })
})
