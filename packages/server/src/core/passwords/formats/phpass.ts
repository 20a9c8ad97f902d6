import { hash } from 'node:crypto'
import { crypt64, toCrypt64 } from './base64.js'
import { bounds } from './bounds.js'
import { type HashFormat, hashFormat } from './format.js'

/** phpass's portable hashes, as WordPress ($P$) and phpBB ($H$) have them: MD5 over and over. */
export const phpass: HashFormat = iterated('phpass', 'md5', /^\$[PH]\$/, 22)

/** Drupal's: the same with SHA-512, and cut to 43 characters. */
export const drupal: HashFormat = iterated('drupal', 'sha512', /^\$S\$/, 43)

function iterated(name: string, by: string, looks: RegExp, length: number): HashFormat {
  return hashFormat({
    name,
    looks,
    parse(stored) {
      const [, cost = '', salt = '', digest = ''] = form.exec(stored) ?? []
      const log2 = crypt64.indexOf(cost)
      if (digest.length !== length || log2 < fewest || log2 > bounds.phpass.log2Rounds) {
        return undefined
      }
      return { rounds: 2 ** log2, salt: Buffer.from(salt), digest: Buffer.from(digest) }
    },
    compute({ rounds, salt }, password) {
      let state = hash(by, Buffer.concat([salt, password]), 'buffer')
      for (let round = 0; round < rounds; round += 1) {
        state = hash(by, Buffer.concat([state, password]), 'buffer')
      }
      return Buffer.from(toCrypt64(state).slice(0, length))
    },
    demands(stored) {
      const asked = 2 ** crypt64.indexOf(stored.charAt(3))
      return [{ of: 'rounds', asked, most: 2 ** bounds.phpass.log2Rounds }]
    },
    whole: () => ({ characters: 12 + length, exactly: true }),
  })
}

/** The least that phpass and Drupal make. */
const fewest = 7

const form = /^\$[PHS]\$([./0-9A-Za-z])([./0-9A-Za-z]{8})([./0-9A-Za-z]{22,43})$/
