import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emailKey, fold, usernameKey, whyUnusable } from './names.js'

const vectors = new URL('../../../../../shared/vectors/naughty-strings/blns.json', import.meta.url)

/** The code points for which `check` does not hold, of all that there are, lone surrogates too. */
function everyCodePoint(check: (character: string) => boolean, last = 0x10ffff): string[] {
  const failing: string[] = []
  for (let point = 0; point <= last; point++) {
    const character = String.fromCodePoint(point)
    if (!check(character)) failing.push(`U+${point.toString(16)}`)
  }
  return failing
}

/** Beyond it Unicode has nothing with a case or another form. */
const lastLetter = 0x2ffff

const text = fc.string({ unit: 'binary', maxLength: 12 })

describe('the form that names are compared by', () => {
  it('H09 is its own form, for every code point', () => {
    expect(
      everyCodePoint((character) => {
        const key = fold(character)
        const username = usernameKey(character)
        return fold(key) === key && (username === undefined || usernameKey(username) === username)
      }),
    ).toEqual([])
  })

  it('H09 is its own form, for any text, as a username and as an address', () => {
    fc.assert(
      fc.property(text, (typed) => {
        expect(fold(fold(typed))).toBe(fold(typed))
        for (const keyOf of [usernameKey, emailKey]) {
          for (const name of [typed, `${typed}@example.com`]) {
            const key = keyOf(name)
            if (key !== undefined) expect(keyOf(key)).toBe(key)
          }
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('H09 is the same for every code point in lower case, upper case and each normal form', () => {
    expect(
      everyCodePoint((character) => {
        const key = fold(character)
        return [
          character.toLowerCase(),
          character.toUpperCase(),
          character.normalize('NFC'),
          character.normalize('NFD'),
          character.normalize('NFKC'),
          character.normalize('NFKD'),
        ].every((variant) => variant === character || fold(variant) === key)
      }, lastLetter),
    ).toEqual([])
  })

  it('H09 is that of any other name where a name is plain ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 140 }), (typed) => {
        const folded = typed.toLowerCase().toUpperCase().toLowerCase()
        expect(fold(typed)).toBe(folded.normalize('NFKC'))
        expect(usernameKey(typed)).toBe(whyUnusable(typed) === undefined ? folded : undefined)
      }),
    )
  })

  // Recorded from Python 3.11: casefold() and NFKC of both agree.
  it.each([
    ['STRASSE', 'straße'],
    ['straße', 'STRAẞE'],
    ['ΟΔΥΣΣΕΥΣ', 'ὀδυσσεύς'.normalize('NFD').replace(/\p{M}/gu, '')],
    ['ﬁnn', 'FINN'],
    ['ﬃ', 'ffi'],
    ['ＡＬＩＣＥ', 'alice'],
    ['①②③', '123'],
    ['Å', 'å'],
    ['K', 'k'],
    ['ſam', 'sam'],
    ['e\u0301mile', 'ÉMILE'],
    ['ŉ', 'ʼN'],
    ['ǆ', 'Ǆ'],
    ['ǅ', 'ǆ'],
    ['ᲀ', 'В'],
    ['ꭰ', 'Ꭰ'],
    ['ϐ', 'Β'],
    ['ᾳ', 'ΑΙ'],
    ['և', 'ԵՒ'],
    ['𐐀', '𐐨'],
    ['𝐀𝓵𝖎𝚌𝕖', 'alice'],
  ])('H09 makes %s and %s one name', (one, other) => {
    expect(fold(one)).toBe(fold(other))
    expect(usernameKey(one)).toBe(usernameKey(other))
    expect(usernameKey(one)).toBeDefined()
  })

  it.each([
    ['alice', 'alicia'],
    ['émile', 'emile'],
    ['ø', 'o'],
    ['アリス', 'ありす'],
  ])('H09 keeps %s and %s apart', (one, other) => {
    expect(usernameKey(one)).not.toBe(usernameKey(other))
  })
})

describe('a username', () => {
  it.each([
    'alice',
    'Alice B. Carol',
    'ñandú',
    'Пётр',
    'Ελένη',
    '王小明',
    'ありす',
    '🦊',
    "o'neil",
  ])('may be %s', (name) => {
    expect(whyUnusable(name)).toBeUndefined()
  })

  it.each([
    ['', /is empty/],
    ['al\u0000ice', /cannot be seen/],
    ['al\u0007ice', /cannot be seen/],
    ['al\u009bice', /cannot be seen/],
    ['al\nice', /cannot be seen/],
    ['al\u200bice', /cannot be seen/],
    ['al\u200dice', /cannot be seen/],
    ['\ufeffalice', /cannot be seen/],
    ['al\u202eice', /cannot be seen/],
    ['al\u2066ice', /cannot be seen/],
    ['al\u00adice', /cannot be seen/],
    ['al\u034fice', /cannot be seen/],
    ['\u115falice', /cannot be seen/],
    ['\u3164', /cannot be seen/],
    ['\uffa0', /cannot be seen/],
    ['\u2800', /cannot be seen/],
    ['al\ud800ice', /cannot be seen/],
    ['al\udfffice', /cannot be seen/],
    ['al\u{e0041}ice', /cannot be seen/],
    ['al\ue000ice', /cannot be seen/],
    ['al\u{10ffff}ice', /cannot be seen/],
    ['al\u00a0ice', /space/],
    ['al\u2003ice', /space/],
    ['al\u3000ice', /space/],
    ['al\u2028ice', /space/],
    [' alice', /space/],
    ['alice ', /space/],
    ['al  ice', /space/],
    ['¨alice', /space/],
    ['p\u0430ypal', /alphabets/],
    ['\u0391lice', /alphabets/],
    ['a\u00b5', /alphabets/],
    ['victim\uff20example.com', /looks like an @/],
    ['victim\ufe6bexample.com', /looks like an @/],
  ])('H09 may not be %j', (name, why) => {
    expect(whyUnusable(name)).toMatch(why)
    expect(usernameKey(name)).toBeUndefined()
  })

  it('H09 holds no control, format, surrogate, private or unassigned character, and no strange space', () => {
    expect(
      everyCodePoint(
        (character) =>
          usernameKey(`a${character}b`) === undefined ||
          !/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u.test(character),
      ),
    ).toEqual([])
    expect(
      everyCodePoint(
        (character) =>
          !/\p{Z}/u.test(character) ||
          character === ' ' ||
          usernameKey(`a${character}b`) === undefined,
      ),
    ).toEqual([])
  })

  it('has up to 128 characters, whatever place they take, in both forms', () => {
    expect(usernameKey('a'.repeat(128))).toBe('a'.repeat(128))
    expect(usernameKey('🦊'.repeat(128))).toBe('🦊'.repeat(128))
    for (const name of ['a'.repeat(129), '🦊'.repeat(129), 'ﷺ'.repeat(128), 'a'.repeat(1e6)]) {
      expect(whyUnusable(name)).toMatch(/longer than 128/)
      expect(usernameKey(name)).toBeUndefined()
    }
  })
})

describe('an e-mail address', () => {
  it.each([
    ['alice@example.com', 'alice@example.com'],
    ['Alice+Tag@Example.COM', 'alice+tag@example.com'],
    ['jörg@straße.example', 'jörg@strasse.example'],
    ['δοκιμή@παράδειγμα.δοκιμή', 'δοκιμή@παράδειγμα.δοκιμή'],
  ])('%s is compared by %s', (typed, key) => {
    expect(emailKey(typed)).toBe(key)
  })

  it.each([
    '',
    'alice',
    '@example.com',
    'alice@',
    'alice@localhost',
    'alice@example.',
    'alice@@example.com',
    'a@b@example.com',
    'a\uff20b@example.com',
    'alice example@example.com',
    'alice@exa mple.com',
    '¨alice@example.com',
    'alice\u200b@example.com',
    'alice\n@example.com',
    '"alice"@example.com',
    'Alice <alice@example.com>',
    '\ud800@example.com',
  ])('%j is none', (typed) => {
    expect(emailKey(typed)).toBeUndefined()
  })

  it('is not looked for in a text too long to be one', () => {
    expect(emailKey(`${'a'.repeat(249)}@b.com`)).toBeUndefined()
    expect(emailKey(`${'a@a.'.repeat(2_500)}!`)).toBeUndefined()
    expect(emailKey(`a@${'.'.repeat(10_000)}`)).toBeUndefined()
  })
})

it('H09 naughty strings are judged, never thrown at', (test) => {
  test.skip(!existsSync(vectors), '../shared/vectors is not here')
  const strings: string[] = JSON.parse(readFileSync(vectors, 'utf8'))
  expect(strings.length).toBeGreaterThan(200)
  for (const naughty of strings) {
    const key = usernameKey(naughty)
    expect(key === undefined).toBe(whyUnusable(naughty) !== undefined)
    if (key !== undefined) expect(usernameKey(key)).toBe(key)
    const address = emailKey(naughty)
    if (address !== undefined) expect(emailKey(address)).toBe(address)
  }
})
