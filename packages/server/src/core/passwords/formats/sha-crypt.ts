import { hash } from 'node:crypto'
import { toCrypt64 } from './base64.js'
import { bounds } from './bounds.js'
import { endingIn, numbersIn } from './fault.js'
import { type HashFormat, hashFormat } from './format.js'

/** Drepper's "Unix crypt using SHA-256 and SHA-512", version 0.6: `$5$` or `$6$`, then `rounds=N$`, salt and digest. */
export const sha256Crypt: HashFormat = shaCrypt('sha256-crypt', /^\$5\$/, 'sha256', 43)
export const sha512Crypt: HashFormat = shaCrypt('sha512-crypt', /^\$6\$/, 'sha512', 86)

function shaCrypt(
  name: string,
  looks: RegExp,
  by: 'sha256' | 'sha512',
  length: number,
): HashFormat {
  return hashFormat({
    name,
    looks,
    parse(stored) {
      const [, asked = '5000', salt = '', digest = ''] = form.exec(stored) ?? []
      const rounds = Number(asked)
      if (digest.length !== length || rounds < 1000 || rounds > bounds.shaCrypt.rounds) {
        return undefined
      }
      return { rounds, salt: Buffer.from(salt), digest: Buffer.from(digest) }
    },
    demands(stored) {
      const asked = numbersIn(stored, /^\$[56]\$rounds=(\d+)/)(1)
      return [{ of: 'rounds', asked, most: bounds.shaCrypt.rounds }]
    },
    whole: (stored) => endingIn(stored, stored.includes('$rounds=') ? 4 : 3, [length]),
    compute({ rounds, salt }, password) {
      const digest = (...parts: Uint8Array[]) => hash(by, Buffer.concat(parts), 'buffer')
      const { state: first, p, s } = prepare(digest, salt, password)
      let state = first
      for (let round = 0; round < rounds; round += 1) {
        const parts = round % 2 === 1 ? [p] : [state]
        if (round % 3 !== 0) parts.push(s)
        if (round % 7 !== 0) parts.push(p)
        parts.push(round % 2 === 1 ? state : p)
        state = digest(...parts)
      }
      return Buffer.from(toCrypt64(Uint8Array.from(orders[by], (at) => state[at] ?? 0)))
    },
  })
}

const form = /^\$[56]\$(?:rounds=([1-9]\d{3,8})\$)?([^$:\n]{0,16})\$([./0-9A-Za-z]{43,86})$/

type Digest = (...parts: Uint8Array[]) => Buffer

/** Steps 1 to 20: the first state (A), and the sequences P and S, as long as password and salt are. */
function prepare(digest: Digest, salt: Uint8Array, password: Uint8Array) {
  const between = digest(password, salt, password)
  const parts = [password, salt, repeated(between, password.length)]
  for (let bits = password.length; bits > 0; bits >>= 1) {
    parts.push(bits & 1 ? between : password)
  }
  const state = digest(...parts)
  const ofPasswords = digest(...new Array<Uint8Array>(password.length).fill(password))
  const ofSalts = digest(...new Array<Uint8Array>(16 + (state[0] ?? 0)).fill(salt))
  return {
    state,
    p: repeated(ofPasswords, password.length),
    s: repeated(ofSalts, salt.length),
  }
}

function repeated(bytes: Uint8Array, length: number): Buffer {
  return Buffer.alloc(length, bytes)
}

/** In which order the digest's bytes are written: three at a time, each a third of the digest from the others. */
const orders = {
  sha256: [...triples(10, ([a, b, c]) => [c + 1, a + 1, b + 1]), 30, 31],
  sha512: [...triples(21, ([a, b, c]) => [b + 1, c + 1, a + 1]), 63],
}

type Triple = [number, number, number]

function triples(third: number, next: (triple: Triple) => Triple): number[] {
  const order: number[] = []
  let triple: Triple = [0, third, 2 * third]
  for (let count = 0; count < third; count += 1) {
    order.push(...triple.toReversed())
    triple = next(triple)
  }
  return order
}
