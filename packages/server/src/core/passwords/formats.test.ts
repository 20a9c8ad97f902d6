import { describe, expect, it } from 'vitest'
import { makeDecoy, makeHash, readHash } from './formats.js'
import type { HashChoice } from './hash-choice.js'

const salt = 'c29tZXNhbHRzb21lc2FsdA'
const tag = 'CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
const bcryptRest = 'EXRkfkdmXnagzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q'

describe('readHash', () => {
  it.each([
    [`$argon2id$v=19$m=19456,t=2,p=1$${salt}$${tag}`, 'argon2id:m=19456,t=2,p=1'],
    [`$argon2id$v=19$m=102400,t=2,p=8$${salt}$${tag}`, 'argon2id:m=102400,t=2,p=8'],
    [`$2a$04$${bcryptRest}`, 'bcrypt:4'],
    [`$2b$12$${bcryptRest}`, 'bcrypt:12'],
    [`$2y$14$${bcryptRest}`, 'bcrypt:14'],
  ])('reads from %s the setting that makes such hashes', (stored, setting) => {
    expect(readHash(stored)?.madeBy).toBe(setting)
  })

  it('G05 finds no setting that makes the short salts of others', () => {
    const read = readHash(`$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$${tag}`)
    expect(read?.madeBy).toBe('argon2id:m=19456,t=2,p=1,salt=8,tag=32')
  })

  it.each([
    `$2x$12$${bcryptRest}`,
    `$2$12$${bcryptRest}`,
    `$2f$12$${bcryptRest}`,
    `$2B$12$${bcryptRest}`,
    `$2b$12$${bcryptRest}x`,
    `$2b$12$${bcryptRest.slice(1)}`,
    `$2b$12$${bcryptRest}\n`,
    `$2b$12$${bcryptRest.slice(0, -1)}r`,
    `$2b$4$${bcryptRest}`,
  ])('G06 does not read %j as bcrypt', (stored) => {
    expect(readHash(stored)).toBeUndefined()
  })

  it.each([
    `$2b$03$${bcryptRest}`,
    `$2b$15$${bcryptRest}`,
    `$2b$31$${bcryptRest}`,
    `$2b$99$${bcryptRest}`,
    `$argon2id$v=19$m=4294967295,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=1048577,t=1,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=65536,t=4294967295,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=65536,t=65,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=65536,t=1,p=255$${salt}$${tag}`,
  ])('G07 refuses the costs of %s', (stored) => {
    expect(readHash(stored)).toBeUndefined()
  })

  it.each([
    '',
    '!',
    'password',
    '$argon2id$',
    `$argon2id$m=65536,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=16$m=65536,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=7,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=0,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=065536,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=65536,t=0,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=65536,t=2,p=0$${salt}$${tag}`,
    `$argon2id$v=19$t=2,m=65536,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=65536,t=2,p=1,keyid=aa$${salt}$${tag}`,
    `$argon2id$v=19$m=65536,t=2,p=1$${salt}`,
    `$argon2id$v=19$m=65536,t=2,p=1$${salt}$${tag}=`,
    `$argon2id$v=19$m=65536,t=2,p=1$${salt}$${tag.slice(0, -1)}d`,
    `$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$${tag}`,
    `$argon2id$v=19$m=65536,t=2,p=1$${salt}$AAAA`,
    `$argon2i$v=19$m=65536,t=2,p=1$${salt}$${tag}garbage`,
  ])('G10 reads nothing from %j', (stored) => {
    expect(readHash(stored)).toBeUndefined()
  })
})

describe.each<HashChoice>([
  { format: 'argon2id', memory: 64, passes: 1, lanes: 2 },
  { format: 'bcrypt', cost: 4 },
])('of the choice %o', (choice) => {
  it('H07 the decoy reads exactly like a hash, and is another one each time', async () => {
    const decoy = makeDecoy(choice)
    const made = readHash(await makeHash(choice, 'correct horse battery staple'))
    expect(made).toBeDefined()
    expect(readHash(decoy)).toEqual({ ...made, stored: decoy })
    expect(makeDecoy(choice)).not.toBe(decoy)
  })

  it('G05 each hash has its own salt', async () => {
    const [one, two] = [await makeHash(choice, 'same'), await makeHash(choice, 'same')]
    expect(one).not.toBe(two)
  })
})
