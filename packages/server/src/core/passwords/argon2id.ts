import { randomBytes } from 'node:crypto'
import type { HashFormat } from './formats.js'
import { type Argon2idChoice, affordable, describeHashChoice } from './hash-choice.js'

/** The PHC string of argon2id, version 1.3 (the only one in which argon2id is defined). */
export const argon2id: HashFormat = {
  name: 'argon2id',
  prefixes: ['$argon2id$'],
  read,
  takes: () => true,
  async verify(stored, password) {
    const { verifySync } = await import('@node-rs/argon2')
    try {
      return verifySync(stored, password)
    } catch {
      return undefined
    }
  },
}

/** A hash with a fresh salt, as a PHC string. */
export async function argon2idHash(choice: Argon2idChoice, password: string): Promise<string> {
  const { hashSync } = await import('@node-rs/argon2')
  // The library's default algorithm and version are argon2id and 1.3; its enums can't be named under isolatedModules.
  return hashSync(password, {
    memoryCost: choice.memory,
    timeCost: choice.passes,
    parallelism: choice.lanes,
    outputLen: tagBytes,
    salt: randomBytes(saltBytes),
  })
}

export function argon2idDecoy(choice: Argon2idChoice): string {
  const costs = `m=${choice.memory},t=${choice.passes},p=${choice.lanes}`
  return `$argon2id$v=19$${costs}$${base64(randomBytes(saltBytes))}$${base64(randomBytes(tagBytes))}`
}

/** RFC 9106 section 3.1 recommends 16 bytes of salt; checklist G05 demands them. */
const saltBytes = 16
const tagBytes = 32

const phcString =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d{0,6}),p=([1-9]\d{0,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/

function read(stored: string): string | undefined {
  const [, m, t, p, salt, tag] = phcString.exec(stored) ?? []
  if (salt === undefined || tag === undefined) return undefined
  const made: Argon2idChoice = {
    format: 'argon2id',
    memory: Number(m),
    passes: Number(t),
    lanes: Number(p),
  }
  const sizes = { salt: bytesIn(salt), tag: bytesIn(tag) }
  if (sizes.salt === undefined || sizes.tag === undefined || !affordable(made)) return undefined
  const ours = sizes.salt === saltBytes && sizes.tag === tagBytes
  // No setting makes other sizes, so that such a hash always counts as outdated.
  return describeHashChoice(made) + (ours ? '' : `,salt=${sizes.salt},tag=${sizes.tag}`)
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

/** Undefined when the text is not the one canonical spelling of its bytes. */
function bytesIn(text: string): number | undefined {
  const bytes = Buffer.from(text, 'base64')
  return base64(bytes) === text ? bytes.length : undefined
}
