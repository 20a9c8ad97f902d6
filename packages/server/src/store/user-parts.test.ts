import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginningOf, beyondAll, bytesOf, firstPart, partLength, partsOf } from './user-parts.js'

/** One to four bytes each, with those beside the surrogates and the last there is. */
const character = fc.constantFrom(
  'a',
  'b',
  '.',
  '@',
  'é',
  'ж',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '🦊',
  '\u{10ffff}',
)
const name = fc.string({ unit: character, minLength: 1, maxLength: 60 })

describe('the parts of a user', () => {
  it('find whatever two characters or more stand anywhere in the username', () => {
    fc.assert(
      fc.property(name, fc.nat(), fc.nat(), (username_key, from, length) => {
        const characters = [...username_key]
        const start = from % characters.length
        const text = characters.slice(start, start + 2 + (length % 40)).join('')
        fc.pre([...text].length > 1 && !username_key.includes('@'))
        const user = { username_key, email_key: null }
        expect(firstPart(user, text)).toBeDefined()
      }),
    )
  })

  it('find an address by all before the @, by the domain, and by the labels of that', () => {
    const parts = partsOf({ username_key: 'ann', email_key: 'ann.lee@mail.example.com' })
    expect(parts.toSorted()).toEqual(
      [
        'ann.lee@mail.example.com',
        'nn.lee@mail.example.com',
        'n.lee@mail.example.com',
        '.lee@mail.example.com',
        'lee@mail.example.com',
        'ee@mail.example.com',
        'e@mail.example.com',
        '@mail.example.com',
        'mail.example.com',
        'example.com',
      ].toSorted(),
    )
  })

  it('are few: none begins another, and none is longer than it need be', () => {
    fc.assert(
      fc.property(name, name, (username_key, email_key) => {
        const parts = partsOf({ username_key, email_key })
        for (const part of parts) {
          expect([...part].length).toBeLessThanOrEqual(partLength)
          expect(parts.filter((other) => other.startsWith(part))).toEqual([part])
        }
      }),
    )
  })

  it('that begin with a text have a first, in the order of their bytes', () => {
    fc.assert(
      fc.property(name, fc.option(name), name, (username_key, email_key, text) => {
        const user = { username_key, email_key }
        const [first] = partsOf(user)
          .filter((part) => part.startsWith(beginningOf(text)))
          .sort((one, other) => Buffer.compare(bytesOf(one), bytesOf(other)))
        expect(firstPart(user, text)).toBe(first)
      }),
    )
  })

  it('are none of a name of one character', () => {
    expect(partsOf({ username_key: '🦊', email_key: null })).toEqual([])
  })

  it('that begin with a text are one range of bytes', () => {
    fc.assert(
      fc.property(name, name, (text, other) => {
        const [least, some, most] = [bytesOf(text), bytesOf(other), beyondAll(bytesOf(text))]
        const isWithin = Buffer.compare(least, some) <= 0 && Buffer.compare(some, most) < 0
        expect(isWithin).toBe(other.startsWith(text))
      }),
    )
  })

  it('know the beginning of a long text, by whole characters', () => {
    expect(beginningOf('🦊'.repeat(partLength + 1))).toBe('🦊'.repeat(partLength))
    expect(beginningOf('short')).toBe('short')
  })
})
