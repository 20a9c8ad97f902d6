import { randomBytes } from 'node:crypto'
import { type BcryptChoice, describeHashChoice } from '../hash-choice.js'
import { toBase64 } from './base64.js'
import { bounds } from './bounds.js'
import { type Demand, endingIn, numbersIn, type Whole } from './fault.js'
import { type HashFormat, hashFormat } from './format.js'
import { wrapped } from './wrapped.js'

const looks = /^\$2[aby]\$/

/**
 * bcrypt as $2a$, $2b$ and $2y$, which are one algorithm for every password it takes. $2x$ marks
 * hashes of a version with a bug that lets different passwords match, and stays out (checklist G06).
 */
export const bcrypt: HashFormat = hashFormat({
  name: 'bcrypt',
  looks,
  parse,
  madeBy: ({ cost }) => describeHashChoice({ format: 'bcrypt', cost: Number(cost) }),
  takes,
  compute,
  demands,
  whole,
})

/** bcrypt of a digest of the password, which is of every length and has no NUL byte. */
export function bcryptOf(
  name: string,
  digest: (password: Uint8Array, salt: string) => string,
): HashFormat {
  return hashFormat({
    name,
    looks,
    parse,
    compute: (parsed, password) => compute(parsed, Buffer.from(digest(password, parsed.salt))),
    demands,
    whole,
  })
}

/** Django's `bcrypt$` and a bcrypt hash. */
export const djangoBcrypt: HashFormat = wrapped({
  name: 'django-bcrypt',
  looks: /^bcrypt\$\$2[aby]\$/,
  unwrap: (stored) => stored.slice('bcrypt$'.length),
  inner: [bcrypt],
})

/** LDAP's `{CRYPT}` where the system's crypt(3) made a bcrypt hash. */
export const ldapBcrypt: HashFormat = wrapped({
  name: 'ldap-bcrypt',
  looks: /^\{CRYPT\}\$2[aby]\$/i,
  unwrap: (stored) => stored.slice('{CRYPT}'.length),
  inner: [bcrypt],
})

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

interface Parsed {
  /** Two digits. */
  readonly cost: string
  readonly salt: string
  readonly digest: Buffer
}

function parse(stored: string): Parsed | undefined {
  const [, cost, salt, digest] = modularString.exec(stored) ?? []
  if (cost === undefined || salt === undefined || digest === undefined) return undefined
  return { cost, salt, digest: Buffer.from(digest) }
}

async function compute({ cost, salt }: Parsed, password: Uint8Array): Promise<Buffer> {
  const { default: library } = await import('bcrypt')
  // The library knows no $2y$, and reads lengths under $2a$ modulo 256.
  const again = library.hashSync(Buffer.from(password), `$2b$${cost}$${salt}`)
  return Buffer.from(again.slice(-digestLength))
}

function demands(stored: string): Demand[] {
  const cost = numbersIn(stored, /^\$2[aby]\$(\d+)\$/)(1)
  return [{ of: 'rounds', asked: 2 ** cost, most: 2 ** bounds.bcrypt.cost }]
}

/** 53 characters, of which 22 are the salt. */
function whole(stored: string): Whole {
  return endingIn(stored, 3, [53])
}

/** A NUL byte ends the password in C implementations, so hashes of unlike passwords may agree from there on. */
function takes(password: Uint8Array): boolean {
  return password.length <= longestPassword && !password.includes(0)
}

function start(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$`
}

const standardAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const bcryptAlphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function base64(bytes: Buffer): string {
  return toBase64(bytes).replace(/./g, (character) =>
    bcryptAlphabet.charAt(standardAlphabet.indexOf(character)),
  )
}
