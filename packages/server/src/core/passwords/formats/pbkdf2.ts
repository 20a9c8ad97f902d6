import { pbkdf2Sync } from 'node:crypto'
import { fromBase64 } from './base64.js'
import { bounds } from './bounds.js'
import { type Demand, endingIn, numbersIn } from './fault.js'
import { type HashFormat, hashFormat } from './format.js'
import { wrapped } from './wrapped.js'

export type Pbkdf2Hash = 'sha1' | 'sha256' | 'sha512'

/** What PBKDF2 (RFC 8018 section 5.2) is asked for. */
export interface Pbkdf2 {
  readonly hash: Pbkdf2Hash
  readonly rounds: number
  readonly salt: Buffer
  readonly digest: Buffer
}

/** passlib's `$pbkdf2-sha256$rounds$salt$digest`; Keycloak's hashes are written so too, with digests of 64 bytes. */
export const pbkdf2Sha512: HashFormat = passlib('pbkdf2-sha512', 'sha512', 64)
export const pbkdf2Sha256: HashFormat = passlib('pbkdf2-sha256', 'sha256', 32)
export const pbkdf2Sha1: HashFormat = passlib('pbkdf2', 'sha1', 20)

/** Django's `pbkdf2_sha256$rounds$salt$digest`; the salt is text. */
export const djangoPbkdf2Sha256: HashFormat = django('pbkdf2_sha256', 'sha256', 32)
export const djangoPbkdf2Sha1: HashFormat = django('pbkdf2_sha1', 'sha1', 20)

/**
 * PHC strings, as Auth0 takes them: `$pbkdf2-sha512$i=10000,l=20$salt$digest`. They say how long the digest
 * is, so that every length from 16 bytes on can be let pass.
 */
export const pbkdf2Phc: HashFormat = hashFormat({
  name: 'pbkdf2-phc',
  looks: /^\$pbkdf2-sha(?:1|256|512)\$i=/,
  parse(stored) {
    const [, by, rounds, length, salt = '', digest = ''] = phcForm.exec(stored) ?? []
    const parsed = { salt: fromBase64(salt), digest: fromBase64(digest) }
    return checkedPbkdf2({ hash: named(by), rounds: Number(rounds), ...parsed }, [Number(length)])
  },
  compute: computePbkdf2,
  demands: (stored) => demands(stored, /\$i=(\d+)/),
  whole: (stored) => endingIn(stored, 4, [22], false),
})

/** Werkzeug's `pbkdf2:sha256:600000$salt$digest`, in hex; the salt is text. */
export const werkzeugPbkdf2: HashFormat = hashFormat({
  name: 'werkzeug-pbkdf2',
  looks: /^pbkdf2:sha(?:1|256|512):/,
  parse(stored) {
    const [, by, rounds, salt, text = ''] = werkzeugForm.exec(stored) ?? []
    const hash = named(by)
    if (hash === undefined || salt === undefined) return undefined
    const parsed = { salt: Buffer.from(salt), digest: Buffer.from(text, 'hex') }
    return checkedPbkdf2({ hash, rounds: Number(rounds), ...parsed }, [bytesOf[hash]])
  },
  compute: computePbkdf2,
  demands: (stored) => demands(stored, /^pbkdf2:sha\d+:(\d+)/),
  whole(stored) {
    const hash = named(stored.split(':')[1])
    return endingIn(stored, 2, [2 * (hash ? bytesOf[hash] : longest)])
  },
})

/** `{PBKDF2-SHA256}rounds$salt$digest` of OpenLDAP and passlib, which is passlib's own with another start. */
export const ldapPbkdf2: HashFormat = wrapped({
  name: 'ldap-pbkdf2',
  looks: /^\{PBKDF2(?:-SHA(?:1|256|512))?\}/i,
  unwrap: (stored) =>
    stored
      .replace(/^\{(.*?)\}/, (_, scheme: string) => `$${scheme.toLowerCase()}$`)
      .replace('-sha1$', '$'),
  inner: [pbkdf2Sha512, pbkdf2Sha256, pbkdf2Sha1],
})

/**
 * Undefined over the bounds, and for digests of other lengths than these: a part of what PBKDF2 makes is
 * what it makes where it is asked for less, so that a hash that was cut would match.
 */
export function checkedPbkdf2(
  { hash, rounds, salt, digest }: Half<Pbkdf2>,
  lengths: readonly number[],
): Pbkdf2 | undefined {
  if (!hash || !rounds || !salt || !digest) return undefined
  const fits = rounds <= bounds.pbkdf2.rounds && lengths.includes(digest.length)
  return fits ? { hash, rounds, salt, digest } : undefined
}

export function computePbkdf2({ hash, rounds, salt, digest }: Pbkdf2, password: Uint8Array) {
  return pbkdf2Sync(password, salt, rounds, digest.length, hash)
}

type Half<Whole> = { readonly [Name in keyof Whole]: Whole[Name] | undefined }

function passlib(name: string, hash: Pbkdf2Hash, bytes: number): HashFormat {
  return hashFormat({
    name,
    looks: new RegExp(`^\\$${name}\\$(?!i=)`),
    parse(stored) {
      const [, rounds, salt = '', digest = ''] = passlibForm.exec(stored) ?? []
      const parsed = { salt: fromBase64(salt), digest: fromBase64(digest) }
      return checkedPbkdf2({ hash, rounds: Number(rounds), ...parsed }, [bytes, longest])
    },
    compute: computePbkdf2,
    demands: (stored) => demands(stored, /^\$pbkdf2(?:-sha\d+)?\$(\d+)/),
    whole: (stored) => endingIn(stored, 4, lengthsOf(bytes)),
  })
}

function django(name: string, hash: Pbkdf2Hash, bytes: number): HashFormat {
  return hashFormat({
    name: `django-${name}`,
    looks: new RegExp(`^${name}\\$`),
    parse(stored) {
      const [, rounds, salt = '', text = ''] = djangoForm.exec(stored) ?? []
      const parsed = { salt: Buffer.from(salt), digest: fromBase64(text) }
      return checkedPbkdf2({ hash, rounds: Number(rounds), ...parsed }, [bytes])
    },
    compute: computePbkdf2,
    demands: (stored) => demands(stored, /^pbkdf2_sha\d+\$(\d+)/),
    whole: (stored) => endingIn(stored, 3, [Math.ceil((bytes * 4) / 3)], false),
  })
}

/** Bytes. */
const longest = bounds.pbkdf2.bytes
const bytesOf: Readonly<Record<Pbkdf2Hash, number>> = { sha1: 20, sha256: 32, sha512: 64 }

function named(name: string | undefined): Pbkdf2Hash | undefined {
  return name === 'sha1' || name === 'sha256' || name === 'sha512' ? name : undefined
}

function demands(stored: string, pattern: RegExp): Demand[] {
  return [{ of: 'rounds', asked: numbersIn(stored, pattern)(1), most: bounds.pbkdf2.rounds }]
}

/** Characters of a digest, with or without padding, and of the longest. */
function lengthsOf(bytes: number): number[] {
  return [Math.ceil((bytes * 4) / 3), 4 * Math.ceil(bytes / 3), 86, 88]
}

const phcForm =
  /^\$pbkdf2-(sha\d+)\$i=([1-9]\d{0,9}),l=(1[6-9]|[2-5]\d|6[0-4])\$([A-Za-z0-9+/]{0,172})\$([A-Za-z0-9+/]{22,86})$/
const werkzeugForm = /^pbkdf2:(sha\d+):([1-9]\d{0,9})\$([^$]{1,128})\$([0-9a-f]{40,128})$/

const passlibForm =
  /^\$pbkdf2(?:-sha\d+)?\$([1-9]\d{0,9})\$([A-Za-z0-9./+]{0,172}={0,2})\$([A-Za-z0-9./+]{27,86}={0,2})$/
const djangoForm = /^pbkdf2_sha\d+\$([1-9]\d{0,9})\$([^$]{1,128})\$([A-Za-z0-9+/]{27,44}={0,2})$/
