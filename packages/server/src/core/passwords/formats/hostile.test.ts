/** Strings that are to cost too much: what is asked of the primitives is counted, and nothing is computed. */

import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import bcrypt from 'bcrypt'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { importedHashes } from '../../../../test/imported-hashes.js'
import { formats, readHash } from '../formats.js'
import { nameOfFormat, whyUnreadable } from '../unreadable.js'

const asked = { scrypt: [0, 0], pbkdf2: [0, 0], bcrypt: 0, hashes: 0 }

beforeEach(() => {
  Object.assign(asked, { scrypt: [0, 0], pbkdf2: [0, 0], bcrypt: 0, hashes: 0 })
  vi.spyOn(crypto, 'scryptSync').mockImplementation((_password, _salt, bytes, costs) => {
    const { N = 0, r = 0, p = 0, maxmem = 0 } = costs ?? {}
    asked.scrypt = [Math.max(128 * N * r, maxmem / 2), 128 * N * r * p]
    return Buffer.alloc(bytes, 'x')
  })
  vi.spyOn(crypto, 'pbkdf2Sync').mockImplementation((_password, _salt, rounds, bytes) => {
    asked.pbkdf2 = [rounds, bytes]
    return Buffer.alloc(bytes, 'x')
  })
  // No spy, which would keep each of a million calls.
  Object.assign(crypto, { hash: countHash })
  vi.spyOn(bcrypt, 'hashSync').mockImplementation((_password, salt) => {
    asked.bcrypt = Number(String(salt).slice(4, 6))
    return ''.padEnd(60, 'x')
  })
  syncBuiltinESMExports()
})

afterEach(() => {
  vi.restoreAllMocks()
  Object.assign(crypto, { hash: realHash })
  syncBuiltinESMExports()
})

const realHash = crypto.hash

function countHash(by: string): Buffer {
  asked.hashes += 1
  return digests[by] ?? Buffer.alloc(0)
}

const digests: Readonly<Record<string, Buffer>> = {
  md5: Buffer.alloc(16, 'x'),
  sha1: Buffer.alloc(20, 'x'),
  sha256: Buffer.alloc(32, 'x'),
  sha512: Buffer.alloc(64, 'x'),
}

const mebi = 2 ** 20

/** Far above what any format is known to ask for, whatever `bounds.ts` says. */
function expectLittle() {
  expect(asked.scrypt[0]).toBeLessThanOrEqual(256 * mebi)
  expect(asked.scrypt[1]).toBeLessThanOrEqual(512 * mebi)
  expect(asked.pbkdf2[0]).toBeLessThanOrEqual(2_000_000)
  expect(asked.pbkdf2[1]).toBeLessThanOrEqual(64)
  expect(asked.bcrypt).toBeLessThanOrEqual(14)
  expect(asked.hashes).toBeLessThanOrEqual(1_000_000)
}

/** Everything but argon2, whose library is none of JavaScript's. */
async function verify(stored: string): Promise<boolean | undefined> {
  return readHash(stored)?.format.verify(stored, Buffer.from('password'))
}

const costs = fc.oneof(
  fc.nat(40),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 4 * 2 ** 20, 4 * 2 ** 30),
  fc.nat(3_000_000),
  fc.integer({ min: 0, max: 40 }).map((log2) => 2 ** log2),
)
const digits = fc.oneof(costs.map(String), fc.constantFrom('', '-1', '1e9', '0x7f', '08', 'NaN'))
const salt = fc.constantFrom(
  '',
  'c2FsdA',
  'c29tZXNhbHRzb21lc2FsdA',
  'x'.repeat(64),
  'x'.repeat(99_999),
)
const digest = fc.constantFrom(
  '',
  'A'.repeat(22),
  'A'.repeat(43),
  'A'.repeat(86),
  'A'.repeat(99_999),
)

const strings = fc
  .tuple(digits, digits, digits, salt, digest)
  .chain(([a, b, c, s, d]) =>
    fc.constantFrom(
      `$scrypt$ln=${a},r=${b},p=${c}$${s}$${d}`,
      `scrypt$${a}$${s}$${b}$${c}$${d}==`,
      `$fbscrypt$v=1,n=${a},r=${b},p=1,ss=Bw==,sk=${d}==$${s}$${d}==`,
      `$pbkdf2$${a}$${s}$${d}`,
      `$pbkdf2-sha256$${a}$${s}$${d}`,
      `$pbkdf2-sha512$${a}$${s}$${d}`,
      `pbkdf2_sha256$${a}$${s}$${d}=`,
      `pbkdf2_sha1$${a}$${s}$${d.slice(0, 27)}=`,
      `$2b$${a}$${d.padEnd(53, '.').slice(0, 53)}`,
      `bcrypt_sha256$$2b$${a}$${d.padEnd(53, '.').slice(0, 53)}`,
      `{SSHA}${d}`,
      `$1$${s}$${d}`,
      `$apr1$${s}$${d}`,
      `{CRYPT}$6$rounds=${a}$${s}$${d}`,
      `{SMD5}${d}`,
      `{PBKDF2-SHA256}${a}$${s}$${d}`,
      `$pbkdf2-sha512$i=${a},l=${b}$${s}$${d}`,
      `pbkdf2:sha256:${a}$${s}$${d.slice(0, 64).toLowerCase().padEnd(64, 'a')}`,
      `scrypt:${a}:${b}:${c}$${s}$${'a'.repeat(128)}`,
      `$wp$2y$${a}$${d.padEnd(53, '.').slice(0, 53)}`,
      `$bcrypt-sha256$v=2,t=2b,r=${a}$${'.'.repeat(22)}$${'.'.repeat(31)}`,
      `$bcrypt-sha256$2b,${a}$${'.'.repeat(22)}$${'.'.repeat(31)}`,
      `sha1$${s}$${d.toLowerCase().slice(0, 40)}`,
    ),
  )

const blobs = fc.tuple(costs, costs, costs, fc.nat(200)).map(([by, rounds, length, rest]) => {
  const bytes = Buffer.alloc(13 + rest)
  bytes[0] = 1
  bytes.writeUInt32BE(by % 4, 1)
  bytes.writeUInt32BE(rounds % 2 ** 32, 5)
  bytes.writeUInt32BE(length % 2 ** 32, 9)
  return bytes.toString('base64')
})

describe('G07 of a hostile string', () => {
  it('little is asked, whatever it says it costs', async () => {
    const property = fc.asyncProperty(fc.oneof(strings, blobs), async (stored) => {
      expect(await verify(stored)).not.toBe(true)
      expectLittle()
    })
    await fc.assert(property, { numRuns: 2_000 })
  })

  it('nothing at all is asked where it is over the bounds', async () => {
    const { n, s, d } = { n: 2 ** 31, s: 'c29tZXNhbHRzb21lc2FsdA', d: 'A'.repeat(86) }
    const blob = Buffer.alloc(61)
    blob.writeUInt8(1)
    blob.writeUInt32BE(2 ** 31, 5)
    blob.writeUInt32BE(16, 9)
    for (const stored of [
      `$scrypt$ln=31,r=8,p=1$${s}$${d}`,
      `$scrypt$ln=22,r=8,p=1$${s}$${d}`,
      `$scrypt$ln=14,r=8,p=99999$${s}$${d}`,
      `$scrypt$ln=1,r=999999,p=999999$${s}$${d}`,
      `$scrypt$ln=16,r=1,p=1$${s}$${d}`,
      `scrypt$${n}$${s}$8$1$${d}==`,
      `scrypt$16385$${s}$8$1$${d}==`,
      `$fbscrypt$v=1,n=31,r=8,p=1,ss=Bw==,sk=${d}==$${s}$${d}==`,
      `$pbkdf2-sha256$${n}$${s}$${d.slice(0, 43)}`,
      `$pbkdf2-sha256$1000$${s}$${'A'.repeat(88)}`,
      `$pbkdf2-sha512$2000001$${s}$${d}`,
      `pbkdf2_sha256$${n}$salt$${d.slice(0, 43)}=`,
      blob.toString('base64'),
      `$2b$31$${'.'.repeat(53)}`,
      `$2b$15$${'.'.repeat(53)}`,
      `$S$I${'.'.repeat(51)}`,
      `$P$z${'.'.repeat(30)}`,
      `$6$rounds=700001$salt$${'.'.repeat(86)}`,
      `$5$rounds=999999999$salt$${'.'.repeat(43)}`,
      `$5$rounds=${n}$salt$${'.'.repeat(43)}`,
      `$pbkdf2-sha512$i=${n},l=64$${s}$${d}`,
      `$pbkdf2-sha512$i=1000,l=65$${s}$${d}A`,
      `{PBKDF2-SHA256}${n}$${s}$${d.slice(0, 43)}`,
      `pbkdf2:sha256:${n}$salt$${'a'.repeat(64)}`,
      `scrypt:${n}:8:1$salt$${'a'.repeat(128)}`,
      `scrypt:32768:8:99999$salt$${'a'.repeat(128)}`,
      `{CRYPT}$6$rounds=${n}$salt$${'.'.repeat(86)}`,
      `{CRYPT}$2b$31$${'.'.repeat(53)}`,
      `$wp$2y$31$${'.'.repeat(53)}`,
      `bcrypt_sha256$$2b$31$${'.'.repeat(53)}`,
      `$bcrypt-sha256$v=2,t=2b,r=31$${'.'.repeat(22)}$${'.'.repeat(31)}`,
      `$bcrypt-sha256$2b,31$${'.'.repeat(22)}$${'.'.repeat(31)}`,
      `{ARGON2}$argon2id$v=19$m=4194304,t=1,p=1$${s}$${d}`,
      `$argon2id$v=19$m=4194304,t=1,p=1$${s}$${d}`,
      `$argon2i$m=1048577,t=1,p=1$${s}$${d}`,
      `$argon2d$v=19$m=1048576,t=5,p=1$${s}$${d}`,
      `$argon2id$v=19$m=65536,t=${n},p=1$${s}$${d}`,
      `argon2$argon2id$v=19$m=4194304,t=1,p=1$${s}$${d}`,
    ]) {
      expect([stored, readHash(stored)]).toEqual([stored, undefined])
      for (const { verify } of formats) {
        expect(await verify(stored, Buffer.from('password'))).toBeUndefined()
      }
    }
    expect(asked).toEqual({ scrypt: [0, 0], pbkdf2: [0, 0], bcrypt: 0, hashes: 0 })
  })

  it('as much is asked as it says, up to the bounds', async () => {
    const { s, d } = { s: 'c29tZXNhbHRzb21lc2FsdA', d: 'A'.repeat(86) }
    for (const [stored, most] of [
      [`$scrypt$ln=18,r=8,p=2$${s}$${d}`, { scrypt: [256 * mebi, 512 * mebi] }],
      [`$pbkdf2-sha256$2000000$${s}$${d}`, { pbkdf2: [2_000_000, 64] }],
      [`$2b$14$${'.'.repeat(53)}`, { bcrypt: 14 }],
      [`$P$H${'.'.repeat(30)}`, { hashes: 2 ** 19 + 1 }],
      [`$6$rounds=700000$salt$${'.'.repeat(86)}`, { hashes: 700_004 }],
      [`$1$salt$${'.'.repeat(22)}`, { hashes: 1_002 }],
    ] as const) {
      asked.hashes = 0
      expect([stored, typeof (await verify(stored))]).toEqual([stored, 'boolean'])
      expect(asked).toMatchObject(most)
    }
  })

  it('memory that argon2 takes is what is said of it, and a gibibyte at most', () => {
    const property = fc.property(
      fc.constantFrom('argon2id$v=19', 'argon2i', 'argon2d$v=16', 'argon2i$v=19'),
      fc.tuple(costs, costs, costs),
      (start, [m, t, p]) => {
        const stored = `$${start}$m=${m},t=${t},p=${p}$c29tZXNhbHRzb21lc2FsdA$${'A'.repeat(43)}`
        const read = readHash(stored)
        if (read === undefined) return
        expect(read.memory).toBe(m)
        expect(m).toBeLessThanOrEqual(2 ** 20)
        expect(m * t).toBeLessThanOrEqual(4 * 2 ** 20)
        expect(p).toBeLessThanOrEqual(16)
      },
    )
    fc.assert(property, { numRuns: 2_000 })
  })

  it('it is said why it is not read, whatever it is, and nothing of it is repeated', () => {
    const unit = fc.constantFrom(...'$$$=,:{}!*129AZaz+/-. \0\n\u00e9\ud800')
    const starts = fc.constantFrom('', ...Object.values(importedHashes))
    const cut = fc.tuple(starts, fc.nat(200), fc.string({ unit }))
    const texts = fc.oneof(
      strings,
      blobs,
      fc.string({ unit: 'binary' }),
      cut.map(([start, at, end]) => start.slice(0, at) + end),
    )
    const property = fc.property(texts, (stored) => {
      const why = whyUnreadable(stored)
      const name = nameOfFormat(stored)
      expect([why === undefined, name !== 'unreadable']).toEqual(
        Array(2).fill(readHash(stored) !== undefined),
      )
      if (why === undefined) return
      expect(why).toMatch(/^The hash (is|has) [\w :;,.()$'-]+$/)
      expect(why.length).toBeLessThan(120)
      const parts = stored
        .split(/[$:,={}]/)
        .filter((part) => /[^\d]/.test(part) && part.length > 16)
      for (const part of parts) expect(why).not.toContain(part)
    })
    fc.assert(property, { numRuns: 5_000 })
  })

  it('a megabyte is read in one pass, whatever it begins with', () => {
    const beginnings = [...Object.values(importedHashes), '', '{', '$2x$', 'sha256$', '!', 'crypt$']
    const fillers = ['$', ' ', '\n', 'A', '0', '=', '9', ',', '{', '}', '+/', '$a', '\ud800']
    for (const beginning of beginnings) {
      for (const filler of fillers) {
        const half = beginning.slice(0, beginning.length / 2)
        for (const start of [beginning, half]) {
          const stored = start + filler.repeat(1_000_000 / filler.length)
          expect(readHash(stored)).toBeUndefined()
          expect(whyUnreadable(stored)).toMatch(/^The hash /)
        }
      }
    }
  }, 60_000)
})
