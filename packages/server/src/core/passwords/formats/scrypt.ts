import { scryptSync } from 'node:crypto'
import { fromBase64 } from './base64.js'
import { bounds } from './bounds.js'
import { type Demand, endingIn, numbersIn } from './fault.js'
import { type HashFormat, hashFormat } from './format.js'

/** The costs of RFC 7914; `n` is a power of two. */
export interface ScryptCosts {
  readonly n: number
  readonly r: number
  readonly p: number
}

/** passlib's `$scrypt$ln=14,r=8,p=1$salt$digest`. */
export const scrypt: HashFormat = hashFormat<Parsed>({
  name: 'scrypt',
  looks: /^\$scrypt\$/,
  parse(stored) {
    const [, ln, r, p, salt = '', digest = ''] = passlib.exec(stored) ?? []
    const costs = { n: 2 ** Number(ln), r: Number(r), p: Number(p) }
    return checked(costs, fromBase64(salt), fromBase64(digest))
  },
  memory,
  compute,
  demands(stored) {
    const cost = numbersIn(stored, /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)/)
    return scryptDemands({ n: 2 ** cost(1), r: cost(2), p: cost(3) })
  },
  whole: (stored) => endingIn(stored, 4, [43, 86]),
})

/** Django's `scrypt$16384$salt$8$5$digest`; the salt is text. */
export const djangoScrypt: HashFormat = hashFormat<Parsed>({
  name: 'django-scrypt',
  looks: /^scrypt\$/,
  parse(stored) {
    const [, n, salt = '', r, p, digest = ''] = django.exec(stored) ?? []
    const costs = { n: Number(n), r: Number(r), p: Number(p) }
    return checked(costs, Buffer.from(salt), fromBase64(digest))
  },
  memory,
  compute,
  demands(stored) {
    const cost = numbersIn(stored, /^scrypt\$(\d+)\$[^$]*\$(\d+)\$(\d+)/)
    return scryptDemands({ n: cost(1), r: cost(2), p: cost(3) })
  },
  whole: (stored) => endingIn(stored, 5, [88]),
})

/** Werkzeug's `scrypt:32768:8:1$salt$digest`, in hex; the salt is text. */
export const werkzeugScrypt: HashFormat = hashFormat<Parsed>({
  name: 'werkzeug-scrypt',
  looks: /^scrypt:\d/,
  parse(stored) {
    const [, n, r, p, salt = '', digest = ''] = werkzeug.exec(stored) ?? []
    const costs = { n: Number(n), r: Number(r), p: Number(p) }
    return digest === '' ? undefined : checked(costs, Buffer.from(salt), Buffer.from(digest, 'hex'))
  },
  memory,
  compute,
  demands(stored) {
    const cost = numbersIn(stored, /^scrypt:(\d+):(\d+):(\d+)/)
    return scryptDemands({ n: cost(1), r: cost(2), p: cost(3) })
  },
  whole: (stored) => endingIn(stored, 2, [128]),
})

/** Better Auth's `salt:digest`, both in hex, with costs that it does not write down; the salt is its hex text. */
export const betterAuth: HashFormat = hashFormat<Parsed>({
  name: 'better-auth',
  looks: /^[0-9a-f]{32}:[0-9a-f]*$/,
  parse(stored) {
    const [salt = '', digest = ''] = stored.split(':')
    if (digest.length !== 128) return undefined
    return checked({ n: 16_384, r: 16, p: 1 }, Buffer.from(salt), Buffer.from(digest, 'hex'))
  },
  memory,
  compute,
  whole: () => ({ characters: 161, exactly: true }),
})

/** Whether scrypt itself (RFC 7914 section 2), and our bounds, allow these costs. */
export function affordableScrypt({ n, r, p }: ScryptCosts): boolean {
  const most = bounds.scrypt
  const kibi = memory({ n, r })
  return (
    Number.isInteger(Math.log2(n)) &&
    n >= 2 &&
    r >= 1 &&
    p >= 1 &&
    n < 2 ** (16 * r) &&
    kibi <= most.memory &&
    kibi * p <= most.memoryTimesLanes
  )
}

/** What these costs ask for. */
export function scryptDemands({ n, r, p }: ScryptCosts): Demand[] {
  const kibi = memory({ n, r })
  return [
    { of: 'memory', asked: kibi, most: bounds.scrypt.memory },
    { of: 'work', asked: kibi * p, most: bounds.scrypt.memoryTimesLanes },
  ]
}

/** `costs` must be affordable. */
export function scryptKey(
  password: Uint8Array,
  salt: Uint8Array,
  bytes: number,
  { n, r, p }: ScryptCosts,
): Buffer {
  // What OpenSSL wants beside the table itself is a block for each lane and two more.
  const maxmem = 128 * r * (n + p + 2)
  return scryptSync(password, salt, bytes, { N: n, r, p, maxmem })
}

/** Digests are 32 or 64 bytes long and nothing between: a part of what scrypt makes matches as the whole does. */
const passlib =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,5}),p=([1-9]\d{0,5})\$([A-Za-z0-9+/]{0,172})\$([A-Za-z0-9+/]{43}|[A-Za-z0-9+/]{86})$/

const django =
  /^scrypt\$([1-9]\d{0,9})\$([^$]{1,128})\$([1-9]\d{0,5})\$([1-9]\d{0,5})\$([A-Za-z0-9+/]{86}==)$/

const werkzeug =
  /^scrypt:([1-9]\d{0,9}):([1-9]\d{0,5}):([1-9]\d{0,5})\$([^$]{1,128})\$([0-9a-f]{128})$/

interface Parsed extends ScryptCosts {
  readonly salt: Buffer
  readonly digest: Buffer
}

function checked(
  costs: ScryptCosts,
  salt: Buffer | undefined,
  digest: Buffer | undefined,
): Parsed | undefined {
  if (salt === undefined || digest === undefined || !affordableScrypt(costs)) return undefined
  return { ...costs, salt, digest }
}

function memory({ n, r }: Pick<ScryptCosts, 'n' | 'r'>): number {
  return (n * r) / 8
}

function compute(parsed: Parsed, password: Uint8Array): Buffer {
  return scryptKey(password, parsed.salt, parsed.digest.length, parsed)
}
