import { hash } from 'node:crypto'
import { fromBase64 } from './base64.js'
import { type HashFormat, hashFormat } from './format.js'

/** LDAP's salted hashes (the names of schemes are of any case, RFC 2307 section 5.3): base64 of digest and salt. */
export const ssha: HashFormat = salted('ssha', /^\{SSHA\}/i, 'sha1', 20)
export const ssha256: HashFormat = salted('ssha256', /^\{SSHA256\}/i, 'sha256', 32)
export const ssha512: HashFormat = salted('ssha512', /^\{SSHA512\}/i, 'sha512', 64)

function salted(name: string, looks: RegExp, by: string, bytes: number): HashFormat {
  return hashFormat({
    name,
    looks,
    parse(stored) {
      const all = fromBase64(stored.slice(stored.indexOf('}') + 1))
      if (all === undefined || all.length <= bytes || all.length > bytes + longestSalt) {
        return undefined
      }
      return { digest: all.subarray(0, bytes), salt: all.subarray(bytes) }
    },
    compute: ({ salt }, password) => hash(by, Buffer.concat([password, salt]), 'buffer'),
  })
}

/** Bytes. */
const longestSalt = 64
