import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SessionId } from '../store/schema.js'
import {
  looksLikeRefreshToken,
  openRefreshToken,
  type RefreshClaim,
  type RefreshKey,
  sealRefreshToken,
} from './refresh-tokens.js'

const [old, newest, foreign] = [makeKey(), makeKey(), makeKey()]
const ours = new Map([old, newest].map((key) => [key.id, key]))
const open = (token: string) => openRefreshToken(token, (id) => ours.get(id))

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const uint32 = fc.oneof(fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1), fc.nat(2 ** 32 - 1))
const anyClaim: fc.Arbitrary<RefreshClaim> = fc.record({
  sessionId: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('base64url') as SessionId),
  epoch: uint32,
  counter: uint32,
})
const claim = { sessionId: idOf(randomBytes(16)), epoch: 1, counter: 7 }
const token = sealRefreshToken(claim, newest)
const bytes = Buffer.from(token.slice(4), 'base64url')

describe('refresh tokens', () => {
  it('give back what was sealed in them, under every key that is known', () => {
    fc.assert(
      fc.property(anyClaim, fc.constantFrom(old, newest), (sealed, key) => {
        const text = sealRefreshToken(sealed, key)
        expect(text).toMatch(/^lkr_[\w-]{87}$/)
        expect(looksLikeRefreshToken(text)).toBe(true)
        expect(open(text)).toEqual(sealed)
      }),
    )
  })

  it('E15 are the same text for the same step, and another for another', () => {
    expect(sealRefreshToken(claim, newest)).toBe(token)
    fc.assert(
      fc.property(anyClaim, anyClaim, (one, other) => {
        const isSame =
          one.sessionId === other.sessionId &&
          one.epoch === other.epoch &&
          one.counter === other.counter
        expect(sealRefreshToken(one, newest) === sealRefreshToken(other, newest)).toBe(isSame)
      }),
    )
  })

  it('refuse to be sealed for a step that has no room in them', () => {
    for (const counter of [2 ** 32, -1]) {
      expect(() => sealRefreshToken({ ...claim, counter }, newest)).toThrow(RangeError)
      expect(() => sealRefreshToken({ ...claim, epoch: counter }, newest)).toThrow(RangeError)
    }
  })

  it('E01 are refused with any one bit of theirs flipped', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(open(spelled(flipped)), `bit ${bit}`).toBeUndefined()
    }
  })

  it('E01 are refused with any one character in place of another', () => {
    for (let index = 4; index < token.length; index++) {
      for (const character of alphabet) {
        if (character === token[index]) continue
        const changed = token.slice(0, index) + character + token.slice(index + 1)
        expect(open(changed), changed).toBeUndefined()
      }
    }
  })

  it('E01 are refused truncated, at every length', () => {
    for (let length = 0; length < token.length; length++) {
      expect(open(token.slice(0, length))).toBeUndefined()
      expect(open(token.slice(token.length - length))).toBeUndefined()
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(open(spelled(bytes.subarray(0, length)))).toBeUndefined()
    }
  })

  it('E01 are refused extended', () => {
    for (const more of ['A', 'AA', 'AAAA', '=', '==', ' ', '\n', '\0', '.', token]) {
      expect(open(token + more)).toBeUndefined()
      expect(open(more + token)).toBeUndefined()
    }
    expect(open(spelled(Buffer.concat([bytes, Buffer.alloc(1)])))).toBeUndefined()
  })

  it('E01 are refused in another spelling of the same bytes', () => {
    const standard = `lkr_${bytes.toString('base64')}`
    const withPlus = sealUntil((text) => text.includes('-') && text.slice(4).includes('_'))
    const spellings = [
      standard,
      standard.replace(/=+$/, ''),
      withPlus.slice(0, 4) + withPlus.slice(4).replaceAll('-', '+'),
      withPlus.slice(0, 4) + withPlus.slice(4).replaceAll('_', '/'),
      `${token.slice(0, 40)}\n${token.slice(40)}`,
      `${token.slice(0, 40)} ${token.slice(40)}`,
      `${token.slice(0, 40)}!${token.slice(40)}`,
      ...unusedBitsSet(token),
    ].filter((text) => text !== token)
    for (const text of spellings) expect(open(text), text).toBeUndefined()
  })

  it('E01 are refused in another case, or without their prefix', () => {
    for (const text of [
      token.toLowerCase(),
      token.toUpperCase(),
      token.replace('lkr_', 'LKR_'),
      token.replace('lkr_', 'lks_'),
      token.slice(4),
    ]) {
      expect(open(text)).toBeUndefined()
    }
  })

  it('E01 are refused under a key that is not ours, though it has the id of one that is', () => {
    expect(open(sealRefreshToken(claim, foreign))).toBeUndefined()
    expect(open(sealRefreshToken(claim, { id: newest.id, key: foreign.key }))).toBeUndefined()
    expect(open(sealRefreshToken(claim, { id: old.id, key: newest.key }))).toBeUndefined()
    expect(openRefreshToken(token, () => undefined)).toBeUndefined()
  })

  it('C11 are refused in another version, though well authenticated', () => {
    for (const version of [0, 2, 255]) expect(open(authenticated({ version }))).toBeUndefined()
    expect(open(authenticated({ version: 1 }))).toEqual(claim)
  })

  it('E01 are refused where the code is that of the same bytes for another purpose', () => {
    expect(open(authenticated({ version: 1, purpose: '' }))).toBeUndefined()
    expect(open(authenticated({ version: 1, purpose: 'latchkey access token\0' }))).toBeUndefined()
  })

  it('E01 are refused with the session, the epoch or the counter of another that is good', () => {
    fc.assert(
      fc.property(anyClaim, anyClaim, (one, other) => {
        const [a, b] = [one, other].map((each) =>
          Buffer.from(sealRefreshToken(each, newest).slice(4), 'base64url'),
        )
        if (!a || !b || a.equals(b)) return
        for (const [from, to] of [
          [9, 25],
          [25, 29],
          [29, 33],
          [33, 65],
        ] as const) {
          const mixed: Buffer = Buffer.from(a)
          b.copy(mixed, from, from, to)
          if (!mixed.equals(a) && !mixed.equals(b)) expect(open(spelled(mixed))).toBeUndefined()
        }
      }),
    )
  })

  it('E01 are told from any other text without a throw', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }).map((rest) => `lkr_${rest}`),
      fc.uint8Array({ minLength: 65, maxLength: 65 }).map((some) => spelled(Buffer.from(some))),
    )
    fc.assert(fc.property(text, (other) => open(other) === undefined))
    for (const other of ['', 'lkr_', '\0', '\ud800', '__proto__', 'lkr_'.padEnd(1_000_000, 'A')]) {
      expect(open(other)).toBeUndefined()
    }
  })

  it('L02 show neither the key nor the code in what a claim prints as', () => {
    const key = newest.key.export()
    const shown = inspect(open(token), { depth: null, showHidden: true })
    for (const secret of [key, bytes.subarray(33)]) {
      for (const encoding of ['hex', 'base64url', 'base64'] as const) {
        expect(shown).not.toContain(secret.toString(encoding))
        expect(token).not.toContain(key.toString(encoding))
      }
    }
  })
})

function makeKey(): RefreshKey {
  return { id: randomBytes(8).toString('base64url'), key: createSecretKey(randomBytes(32)) }
}

function idOf(some: Buffer): SessionId {
  return some.toString('base64url') as SessionId
}

function spelled(some: Buffer): string {
  return `lkr_${some.toString('base64url')}`
}

function sealUntil(fits: (text: string) => boolean): string {
  for (;;) {
    const text = sealRefreshToken({ ...claim, sessionId: idOf(randomBytes(16)) }, newest)
    if (fits(text)) return text
  }
}

/** 65 bytes leave two bits of the last character unused: three more spellings of it. */
function unusedBitsSet(text: string): string[] {
  const last = alphabet.indexOf(text.at(-1) ?? '')
  return [1, 2, 3].map((more) => text.slice(0, -1) + alphabet[last ^ more])
}

/** The same claim under the newest key, made by hand. */
function authenticated(part: { version: number; purpose?: string }): string {
  const made = Buffer.from(bytes)
  made[0] = part.version
  const code = createHmac('sha256', newest.key)
    .update(part.purpose ?? 'latchkey refresh token\0')
    .update(made.subarray(0, 33))
    .digest()
  code.copy(made, 33)
  return spelled(made)
}
