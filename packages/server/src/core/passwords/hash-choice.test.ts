import { describe, expect, it } from 'vitest'
import { describeHashChoice, parseHashChoice } from './hash-choice.js'

describe('parseHashChoice', () => {
  it('takes argon2id to mean 19 MiB, two passes and one lane', () => {
    expect(parseHashChoice('argon2id')).toEqual({
      format: 'argon2id',
      memory: 19_456,
      passes: 2,
      lanes: 1,
    })
  })

  it.each(['argon2id:m=19456,t=2,p=1', 'argon2id:m=65536,t=3,p=4', 'bcrypt:10', 'bcrypt:14'])(
    'reads %s as it is written',
    (text) => {
      const choice = parseHashChoice(text)
      expect(choice && describeHashChoice(choice)).toBe(text)
    },
  )

  it.each([
    'argon2id:m=19455,t=2,p=1',
    'argon2id:m=19456,t=1,p=1',
    'argon2id:m=19456,t=2,p=0',
    'bcrypt:9',
    'bcrypt:04',
  ])('G05 refuses %s, which is weaker than recommended', (text) => {
    expect(parseHashChoice(text)).toBeUndefined()
  })

  it.each([
    'argon2id:m=262145,t=2,p=1',
    'argon2id:m=19456,t=54,p=1',
    'argon2id:m=19456,t=2,p=17',
    'bcrypt:15',
    'bcrypt:31',
  ])('G07 refuses %s, which a sign-in should not cost', (text) => {
    expect(parseHashChoice(text)).toBeUndefined()
  })

  it.each([
    '',
    'argon2',
    'Argon2id',
    'argon2id ',
    'argon2id:',
    'argon2id:t=2,m=19456,p=1',
    'bcrypt',
    'scrypt',
    'bcrypt:10\n',
  ])('does not guess what %j means', (text) => {
    expect(parseHashChoice(text)).toBeUndefined()
  })
})
