import { hash } from 'node:crypto'
import { fromBase64 } from './base64.js'
import { type HashFormat, hashFormat } from './format.js'

type Hash = 'md5' | 'sha1' | 'sha256' | 'sha512'

const digestBytes: Readonly<Record<Hash, number>> = { md5: 16, sha1: 20, sha256: 32, sha512: 64 }

/** Bytes. */
const longestSalt = 64

/** LDAP's salted hashes (the names of schemes are of any case, RFC 2307 section 5.3): base64 of digest and salt. */
export const smd5: HashFormat = digestOf('smd5', /^\{SMD5\}/i, 'md5', longestSalt)
export const ssha: HashFormat = digestOf('ssha', /^\{SSHA\}/i, 'sha1', longestSalt)
export const ssha256: HashFormat = digestOf('ssha256', /^\{SSHA256\}/i, 'sha256', longestSalt)
export const ssha512: HashFormat = digestOf('ssha512', /^\{SSHA512\}/i, 'sha512', longestSalt)

/** The same without a salt. */
export const ldapMd5: HashFormat = digestOf('ldap-md5', /^\{MD5\}/i, 'md5', 0)
export const ldapSha: HashFormat = digestOf('ldap-sha', /^\{SHA\}/i, 'sha1', 0)
export const ldapSha256: HashFormat = digestOf('ldap-sha256', /^\{SHA256\}/i, 'sha256', 0)
export const ldapSha512: HashFormat = digestOf('ldap-sha512', /^\{SHA512\}/i, 'sha512', 0)

/** Where salts may be so long, there must be one. */
function digestOf(name: string, looks: RegExp, by: Hash, mostSalt: number): HashFormat {
  const bytes = digestBytes[by]
  const leastSalt = Math.min(mostSalt, 1)
  return hashFormat({
    name,
    looks,
    parse(stored) {
      const all = fromBase64(stored.slice(stored.indexOf('}') + 1))
      if (all === undefined) return undefined
      const fits = all.length >= bytes + leastSalt && all.length <= bytes + mostSalt
      return fits ? { digest: all.subarray(0, bytes), salt: all.subarray(bytes) } : undefined
    },
    compute: ({ salt }, password) => hash(by, Buffer.concat([password, salt]), 'buffer'),
    whole: (stored) => ({
      characters: stored.indexOf('}') + 1 + Math.ceil(((bytes + leastSalt) * 4) / 3),
      exactly: false,
    }),
  })
}
