import { hash } from 'node:crypto'
import { toCrypt64 } from './base64.js'
import { endingIn } from './fault.js'
import { type HashFormat, hashFormat } from './format.js'

/** FreeBSD's crypt by MD5, a thousand rounds of it: `$1$salt$digest`. */
export const md5Crypt: HashFormat = crypt('md5-crypt', '$1$', /^\$1\$/)

/** Apache's, in files of `htpasswd`: the same with another name, which goes into the first round. */
export const aprMd5Crypt: HashFormat = crypt('apr-md5-crypt', '$apr1$', /^\$apr1\$/)

function crypt(name: string, magic: string, looks: RegExp): HashFormat {
  return hashFormat({
    name,
    looks,
    parse(stored) {
      const [, salt = '', digest] = form.exec(stored) ?? []
      return digest === undefined
        ? undefined
        : { salt: Buffer.from(salt), digest: Buffer.from(digest) }
    },
    whole: (stored) => endingIn(stored, 3, [22]),
    compute({ salt }, password) {
      let state: Uint8Array = firstState(magic, salt, password)
      for (let round = 0; round < 1000; round += 1) {
        const parts: Uint8Array[] = round % 2 === 1 ? [password] : [state]
        if (round % 3 !== 0) parts.push(salt)
        if (round % 7 !== 0) parts.push(password)
        parts.push(round % 2 === 1 ? state : password)
        state = md5(parts)
      }
      return Buffer.from(toCrypt64(Uint8Array.from(order, (at) => state[at] ?? 0)))
    },
  })
}

const form = /^\$(?:1|apr1)\$([^$:\n]{1,8})\$([./0-9A-Za-z]{21}[./01])$/

function firstState(magic: string, salt: Uint8Array, password: Uint8Array): Buffer {
  const between = md5([password, salt, password])
  const parts: Uint8Array[] = [password, Buffer.from(magic), salt]
  for (let left = password.length; left > 0; left -= between.length) {
    parts.push(between.subarray(0, left))
  }
  // The first implementation had cleared its buffer before it took a byte from there, and all others follow it.
  for (let bits = password.length; bits > 0; bits >>= 1) {
    parts.push(bits & 1 ? Buffer.alloc(1) : password.subarray(0, 1))
  }
  return md5(parts)
}

function md5(parts: readonly Uint8Array[]): Buffer {
  return hash('md5', Buffer.concat(parts), 'buffer')
}

/** In which order the digest's bytes are written. */
const order = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11]
