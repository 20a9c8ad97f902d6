import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyWrap } from './key-wrap.js'

const masterSecret = randomBytes(32)
const wrap = new KeyWrap(masterSecret)
const refusal = /under another master secret/

describe('KeyWrap', () => {
  it('C05 gives back what it wrapped, any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (secret, context) => {
        expect(wrap.unwrap(wrap.wrap(secret, context), context)).toBe(secret)
      }),
    )
  })

  it('C05 shows nothing of the secret, and never the same twice', () => {
    const secret = 'a private key of many words'
    const [one, other] = [wrap.wrap(secret, 'key'), wrap.wrap(secret, 'key')]
    expect(one).not.toBe(other)
    const [, , , sealed = ''] = one.split('.')
    expect(Buffer.from(sealed, 'base64url').includes('private')).toBe(false)
  })

  it('C05 opens nothing under another master secret', () => {
    const other = new KeyWrap(randomBytes(32))
    expect(() => other.unwrap(wrap.wrap('secret', 'key'), 'key')).toThrow(refusal)
    expect(other.id).not.toBe(wrap.id)
  })

  it('opens it in another process, with the same master secret', () => {
    const again = new KeyWrap(masterSecret)
    expect(again.id).toBe(wrap.id)
    expect(again.unwrap(wrap.wrap('secret', 'key'), 'key')).toBe('secret')
  })

  it('does not open one key in the place of another', () => {
    expect(() => wrap.unwrap(wrap.wrap('secret', 'key one'), 'key two')).toThrow(refusal)
  })

  it('opens nothing that was changed, in any bit', () => {
    const wrapped = wrap.wrap('secret', 'key')
    const parts = wrapped.split('.')
    for (const at of [2, 3]) {
      const bytes = Buffer.from(parts[at] ?? '', 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const forged = parts.with(at, changed.toString('base64url')).join('.')
        expect(() => wrap.unwrap(forged, 'key')).toThrow(refusal)
      }
    }
  })

  it.each(['', 'v1', 'v1.x.y.z', '....', 'nonsense', 'v2.a.b.c'])('C11 opens no %j', (wrapped) => {
    expect(() => wrap.unwrap(wrapped, 'key')).toThrow(refusal)
  })

  it('C11 opens no version that it does not know', () => {
    const [, ...rest] = wrap.wrap('secret', 'key').split('.')
    expect(() => wrap.unwrap(['v2', ...rest].join('.'), 'key')).toThrow(refusal)
  })

  it('opens nothing with a shorter tag, or with more behind it', () => {
    const wrapped = wrap.wrap('', 'key')
    const sealed = Buffer.from(wrapped.split('.')[3] ?? '', 'base64url')
    for (const length of [4, 8, 12, 15]) {
      const short = wrapped.split('.').with(3, sealed.subarray(0, length).toString('base64url'))
      expect(() => wrap.unwrap(short.join('.'), 'key')).toThrow(refusal)
    }
    expect(() => wrap.unwrap(`${wrapped}.more`, 'key')).toThrow(refusal)
  })

  it('does not tell the master secret by its id', () => {
    expect(wrap.id).toMatch(/^[\w-]{11}$/)
    expect(masterSecret.toString('base64url')).not.toContain(wrap.id)
  })
})

describe('KeyWrap with a previous master secret', () => {
  const stranger = new KeyWrap(randomBytes(32))
  const previousSecret = randomBytes(32)
  const before = new KeyWrap(previousSecret)
  const both = new KeyWrap(masterSecret, previousSecret)

  it('opens what either has wrapped, and says which', () => {
    const wrapped = { present: wrap, previous: before, unknown: stranger }
    for (const [name, by] of Object.entries(wrapped)) {
      expect(both.secretOf(by.wrap('secret', 'key'))).toBe(name)
    }
    expect(both.unwrap(wrap.wrap('secret', 'key'), 'key')).toBe('secret')
    expect(both.unwrap(before.wrap('secret', 'key'), 'key')).toBe('secret')
    expect(() => both.unwrap(stranger.wrap('secret', 'key'), 'key')).toThrow(refusal)
    expect(() => both.unwrap(before.wrap('secret', 'key'), 'another')).toThrow(refusal)
  })

  it('wraps under the present one', () => {
    expect(wrap.unwrap(both.wrap('secret', 'key'), 'key')).toBe('secret')
    expect(() => before.unwrap(both.wrap('secret', 'key'), 'key')).toThrow(refusal)
  })

  it('is the present one where both are the same', () => {
    const same = new KeyWrap(masterSecret, masterSecret)
    expect(same.secretOf(wrap.wrap('secret', 'key'))).toBe('present')
  })

  it.each(['', 'v1', 'v1.', '....', 'nonsense'])('knows nothing of %j', (text) => {
    expect(both.secretOf(text)).toBe('unknown')
  })
})
