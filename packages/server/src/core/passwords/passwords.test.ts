import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HashPool } from './hash-pool.js'
import { type HashChoice, Passwords } from './passwords.js'

const cheap: HashChoice = { format: 'argon2id', memory: 64, passes: 1, lanes: 1 }
const bcrypt: HashChoice = { format: 'bcrypt', cost: 4 }
const password = 'correct horse battery staple'

const pool = new HashPool({ workers: 1 })
const passwords = new Passwords({ pool, choice: cheap })
const withBcrypt = new Passwords({ pool, choice: bcrypt })
let stored = ''
beforeAll(async () => {
  stored = await passwords.hash(password)
})
afterAll(() => pool.close())

const no = { matches: false, outdated: false }
const unreadable = { ...no, alarm: 'hash_unreadable' }
const tooLong = { ...no, alarm: 'bcrypt_too_long' }

async function costOf(work: () => Promise<unknown>, by = passwords): Promise<number> {
  const before = by.hashed
  await work()
  return by.hashed - before
}

/** A worker program that gives one answer, JavaScript source, to everything. */
function alwaysAnswers(answer: string): URL {
  const source = `
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', () => parentPort.postMessage({ answer: ${answer}, took: 1 }))`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}

describe('Passwords', () => {
  it('knows a password by its hash', async () => {
    expect(await passwords.verify(stored, password)).toEqual({ matches: true, outdated: false })
    expect(await passwords.verify(stored, `${password} `)).toEqual(no)
    expect(await passwords.verify(stored, '')).toEqual(no)
  })

  it('says no where there is no hash to compare with', async () => {
    expect(await passwords.verify(undefined, password)).toEqual(no)
    expect(await passwords.verify(null, '')).toEqual(no)
  })

  it('H07 computes as many hashes for an unknown user as for a wrong, over-long or right password', async () => {
    const cases: [string | null | undefined, string][] = [
      [undefined, password],
      [null, password],
      [stored, 'wrong'],
      [stored, password],
      [stored, 'x'.repeat(1025)],
      [undefined, 'x'.repeat(1025)],
      [stored, '\u{d800}'],
      ['malformed', password],
      ['$2b$04$EXRkfkdmXnagzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q', 'x'.repeat(73)],
    ]
    for (const [hash, attempt] of cases) {
      expect(await costOf(() => passwords.verify(hash, attempt))).toBe(1)
    }
  })

  it('H07 computes as many hashes for everybody when the password is not in NFKC', async () => {
    const accented = await passwords.hash('caf\u00e9 au lait')
    const attempt = 'cafe\u0301 au lait'
    for (const hash of [undefined, stored, accented, 'malformed']) {
      expect(await costOf(() => passwords.verify(hash, attempt))).toBe(2)
    }
  })

  it('H07 never takes the decoy for a match', async () => {
    const yesPool = new HashPool({ workers: 1, program: alwaysAnswers('true') })
    const yes = new Passwords({ pool: yesPool, choice: cheap })
    expect(await yes.verify(stored, 'anything')).toMatchObject({ matches: true })
    expect(await yes.verify(undefined, 'anything')).toEqual(no)
    expect(await yes.verify(stored, 'x'.repeat(1025))).toEqual(no)
    expect(await yes.verify('malformed', 'anything')).toEqual(unreadable)
    await yesPool.close()
  })

  it('K06 takes nothing but a plain yes of the worker for a match', async () => {
    const oddPool = new HashPool({ workers: 1, program: alwaysAnswers("'true'") })
    const odd = new Passwords({ pool: oddPool, choice: cheap })
    expect(await odd.verify(stored, password)).toEqual(no)
    await oddPool.close()
  })

  it('G02 takes 1,024 bytes whole, and refuses more before hashing', async () => {
    const longest = 'é'.repeat(512)
    const hash = await passwords.hash(longest)
    expect(await passwords.verify(hash, longest)).toMatchObject({ matches: true })
    expect(await passwords.verify(hash, longest.slice(0, -1))).toEqual(no)
    expect(await passwords.verify(hash, `${longest}e`)).toEqual(no)
    const refused = passwords.hash(`${longest}e`)
    await expect(refused).rejects.toMatchObject({ code: 'password_unusable', fields: ['password'] })
  })

  it('G02 never sets a password that it would refuse at sign-in, because its normal form is longer', async () => {
    const grows = '\u{fdfa}'.repeat(100)
    await expect(passwords.hash(grows)).rejects.toMatchObject({ code: 'password_unusable' })
    expect(await passwords.verify(stored, grows)).toEqual(no)
  })

  it('G03 hashes the NFKC form, so that composed and decomposed letters are one password', async () => {
    const hash = await passwords.hash('\u212bngstro\u0308m')
    for (const typed of ['\u212bngstro\u0308m', '\u00c5ngstr\u00f6m']) {
      expect(await passwords.verify(hash, typed)).toEqual({ matches: true, outdated: false })
    }
  })

  it('G03 verifies the same text that it was set from', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    const property = fc.asyncProperty(text, async (chosen) => {
      const hash = await passwords.hash(chosen)
      expect(await passwords.verify(hash, chosen)).toEqual({ matches: true, outdated: false })
    })
    await fc.assert(property, { numRuns: 50 })
  })

  it('cuts nothing at a NUL byte', async () => {
    const hash = await passwords.hash('before\0after')
    expect(await passwords.verify(hash, 'before\0after')).toMatchObject({ matches: true })
    for (const part of ['before', 'before\0', 'before\0other']) {
      expect(await passwords.verify(hash, part)).toEqual(no)
    }
  })

  it('does not confuse lone surrogates with each other or with U+FFFD', async () => {
    const hash = await passwords.hash('\u{fffd}ab')
    expect(await passwords.verify(hash, '\u{d800}ab')).toEqual(no)
    await expect(passwords.hash('\u{dc00}ab')).rejects.toMatchObject({ code: 'password_unusable' })
  })
})

describe('an imported hash', () => {
  const imported = '$2a$05$c92SVSfjeiCD6F2nAD6y0uBpJDjdRkt0EgeC4/31Rf2LUZbDRDE.O'

  it('matches, and is outdated', async () => {
    const verdict = await passwords.verify(imported, 'U*U*U*U*')
    expect(verdict).toEqual({ matches: true, outdated: true })
    expect(await passwords.verify(imported, 'U*U*U*U')).toEqual(no)
  })

  it('of other costs than the configured ones is outdated', async () => {
    const dearer = new Passwords({ pool, choice: { ...cheap, memory: 128 } })
    expect(await dearer.verify(stored, password)).toEqual({ matches: true, outdated: true })
  })

  it('made from a text not in NFKC matches as sent, and is outdated', async () => {
    const { hashSync } = await import('@node-rs/argon2')
    const costs = { memoryCost: 64, timeCost: 1, parallelism: 1 }
    const hash = hashSync('cafe\u0301', costs)
    expect(await passwords.verify(hash, 'cafe\u0301')).toEqual({ matches: true, outdated: true })
    expect(await passwords.verify(hash, 'caf\u00e9')).toEqual(no)
  })

  it('G06 of bcrypt matches no password on its first 72 bytes, and says why to the operator', async () => {
    const hash = await withBcrypt.hash('x'.repeat(72))
    expect(await passwords.verify(hash, 'x'.repeat(72))).toMatchObject({ matches: true })
    expect(await passwords.verify(hash, 'x'.repeat(73))).toEqual(tooLong)
    expect(await passwords.verify(hash, 'x'.repeat(255))).toEqual(tooLong)
    expect(await passwords.verify(hash, 'x'.repeat(71))).toEqual(no)
  })

  it('G06 of bcrypt matches no password on what is before a NUL byte', async () => {
    const hash = await withBcrypt.hash('before')
    for (const attempt of ['before\0', 'before\0after']) {
      expect(await passwords.verify(hash, attempt)).toEqual(tooLong)
    }
  })

  it('G06 of bcrypt matches as sent where the normal form would be too long', async () => {
    const { hashSync } = await import('bcrypt')
    const sent = '\u{fdfa}'.repeat(3)
    const hash = hashSync(sent, 4)
    expect(await passwords.verify(hash, sent)).toEqual({ matches: true, outdated: true })
    expect(await costOf(() => passwords.verify(hash, sent))).toBe(2)
  })
})

describe('with bcrypt configured', () => {
  it('makes bcrypt hashes, and finds argon2id ones outdated', async () => {
    const hash = await withBcrypt.hash(password)
    expect(hash).toMatch(/^\$2b\$04\$/)
    expect(await withBcrypt.verify(hash, password)).toEqual({ matches: true, outdated: false })
    expect(await withBcrypt.verify(stored, password)).toEqual({ matches: true, outdated: true })
  })

  it('H07 an unknown user costs what a wrong password costs', async () => {
    const hash = await withBcrypt.hash(password)
    for (const [of, attempt] of [
      [undefined, 'wrong'],
      [hash, 'wrong'],
      [hash, 'x'.repeat(73)],
      [hash, 'x'.repeat(1025)],
    ] as const) {
      expect(await costOf(() => withBcrypt.verify(of, attempt), withBcrypt)).toBe(1)
    }
  })

  it.each(['x'.repeat(73), 'nul\0'])(
    'refuses to set what bcrypt would cut, and keeps the old hash of such a password',
    async (text) => {
      await expect(withBcrypt.hash(text)).rejects.toMatchObject({ code: 'password_unusable' })
      const hash = await passwords.hash(text)
      expect(await withBcrypt.verify(hash, text)).toEqual({ matches: true, outdated: false })
    },
  )
})

describe('a malformed stored hash', () => {
  it.each([
    '',
    '!',
    'x',
    '$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e',
    '$2b$31$EXRkfkdmXnagzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q',
    '$argon2id$v=19$m=4194304,t=4294967295,p=255$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ])('G10 matches nothing and raises an alarm: %j', async (malformed) => {
    expect(await passwords.verify(malformed, password)).toEqual(unreadable)
  })

  it('G10 never matches and never throws, however it is damaged', async () => {
    const damage = fc.record({
      at: fc.nat(stored.length),
      cut: fc.nat(3),
      put: fc.string({ unit: fc.constantFrom(...'$=,.1290AZaz+/ \0\né'), maxLength: 3 }),
    })
    const property = fc.asyncProperty(damage, async ({ at, cut, put }) => {
      const damaged = stored.slice(0, at) + put + stored.slice(at + cut)
      fc.pre(damaged !== stored)
      expect(await passwords.verify(damaged, password)).toMatchObject(no)
    })
    await fc.assert(property, { numRuns: 300 })
  })

  it('G10 never matches and never throws, whatever it is', async () => {
    const prefix = fc.constantFrom(
      '',
      '$',
      '$2b$',
      '$2y$05$',
      '$argon2id$',
      '$argon2id$v=19$m=64,t=1,p=1$',
    )
    const property = fc.asyncProperty(
      prefix,
      fc.string({ unit: 'binary' }),
      async (start, rest) => {
        expect(await passwords.verify(start + rest, password)).toMatchObject(no)
      },
    )
    await fc.assert(property, { numRuns: 200 })
  })
})

const vectors = new URL('../../../../../../shared/vectors/password-hashes/', import.meta.url)

function read(file: string) {
  return JSON.parse(readFileSync(new URL(file, vectors), 'utf8'))
}

describe('the published hashes', () => {
  it('G06 of bcrypt are verified whole or not at all', async (test) => {
    test.skip(!existsSync(vectors), '../shared/vectors is not here')
    const valid: { hash: string; password?: string; passwordHex?: string }[] =
      read('passlib.json').schemes.bcrypt.valid
    const utf8 = new TextDecoder('utf-8', { fatal: true })
    const texts = valid.flatMap(({ hash, password: text, passwordHex }) => {
      if (text !== undefined) return [{ hash, text }]
      try {
        return [{ hash, text: utf8.decode(Buffer.from(passwordHex ?? '', 'hex')) }]
      } catch {
        return []
      }
    })
    expect(texts.length).toBeGreaterThan(20)
    for (const { hash, text } of texts) {
      const whole = Buffer.byteLength(text) <= 72
      expect(await passwords.verify(hash, text)).toEqual(
        whole ? { matches: true, outdated: true } : tooLong,
      )
      expect(await passwords.verify(hash, 'wrong')).toEqual(no)
    }
  })

  it('G10 of schemes that are none of these are unreadable', async (test) => {
    test.skip(!existsSync(vectors), '../shared/vectors is not here')
    const foreign: string[] = [...read('passlib.json').schemes.bcrypt.unidentified, '6f8c114b58f2c']
    expect(foreign.length).toBeGreaterThan(2)
    for (const hash of foreign) expect(await passwords.verify(hash, password)).toEqual(unreadable)
  })
})
