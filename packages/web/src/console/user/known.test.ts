import { expect, it } from 'vitest'
import * as server from '../../../../server/src/core/obstacles.js'
import { isMailKind } from '../../../../server/src/core/outbox.js'
import { mailKinds } from '../mail-kinds.js'
import english from '../texts/en.json' with { type: 'json' }
import { obstacleCodes } from './obstacle-codes.js'

it('all that the server finds in a user’s way has words, and what helps', () => {
  expect(obstacleCodes.toSorted()).toEqual(server.obstacleCodes.toSorted())
  for (const code of obstacleCodes) {
    expect(english.texts).toHaveProperty(`obstacle_${code}`)
    expect(english.texts).toHaveProperty(`obstacle_${code}_help`)
  }
})

it('all kinds of mails have words', () => {
  const told = Object.keys(english.texts).filter((name) => name.startsWith('mail_'))
  expect(told.toSorted()).toEqual(mailKinds.map((kind) => `mail_${kind}`).toSorted())
  expect(mailKinds.every(isMailKind)).toBe(true)
})
