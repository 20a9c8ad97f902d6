import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { HashFormat } from './formats.js'
import { type BcryptChoice, describeHashChoice } from './hash-choice.js'

/**
 * bcrypt as $2a$, $2b$ and $2y$, which are one algorithm for every password it takes. $2x$ marks
 * hashes of a version with a bug that lets different passwords match, and stays out (checklist G06).
 */
export const bcrypt: HashFormat = {
  name: 'bcrypt',
  prefixes: ['$2a$', '$2b$', '$2y$'],
  read,
  takes,
  async verify(stored, password) {
    const { default: library } = await import('bcrypt')
    const [, cost, salt, digest] = modularString.exec(stored) ?? []
    if (salt === undefined || digest === undefined) return undefined
    // The library knows no $2y$, and reads lengths under $2a$ modulo 256.
    const again = library.hashSync(password, `$2b$${cost}$${salt}`).slice(-digestLength)
    return again.length === digestLength && timingSafeEqual(Buffer.from(again), Buffer.from(digest))
  },
}

/** A $2b$ hash with a fresh salt. The password must be one that bcrypt takes. */
export async function bcryptHash({ cost }: BcryptChoice, password: string): Promise<string> {
  const { default: library } = await import('bcrypt')
  return library.hashSync(password, `${start(cost)}${base64(randomBytes(saltBytes))}`)
}

export function bcryptDecoy({ cost }: BcryptChoice): string {
  return `${start(cost)}${base64(randomBytes(saltBytes))}${base64(randomBytes(digestBytes))}`
}

/** bcrypt's key schedule has room for 72 bytes; what comes after is ignored. */
const longestPassword = 72
const saltBytes = 16
const digestBytes = 23
const digestLength = 31

/** The last character of the digest carries four bits; the salt's spare bits were written carelessly by some, and mean nothing. */
const modularString =
  /^\$2[aby]\$(0[4-9]|1[0-4])\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{30}[.CGKOSWaeimquy26])$/

function read(stored: string): string | undefined {
  const [, cost] = modularString.exec(stored) ?? []
  return cost === undefined
    ? undefined
    : describeHashChoice({ format: 'bcrypt', cost: Number(cost) })
}

/** A NUL byte ends the password in C implementations, so hashes of unlike passwords may agree from there on. */
function takes(password: string): boolean {
  return Buffer.byteLength(password) <= longestPassword && !password.includes('\0')
}

function start(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$`
}

const standardAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const bcryptAlphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function base64(bytes: Buffer): string {
  return bytes
    .toString('base64')
    .replaceAll('=', '')
    .replace(/./g, (character) => bcryptAlphabet.charAt(standardAlphabet.indexOf(character)))
}
