import { pbkdf2Sync } from 'node:crypto'
import { fromBase64 } from './base64.js'
import { bounds } from './bounds.js'
import { type HashFormat, hashFormat } from './format.js'

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
    looks: new RegExp(`^\\$${name}\\$`),
    parse(stored) {
      const [, rounds, salt = '', digest = ''] = passlibForm.exec(stored) ?? []
      const parsed = { salt: fromBase64(salt), digest: fromBase64(digest) }
      return checkedPbkdf2({ hash, rounds: Number(rounds), ...parsed }, [bytes, longest])
    },
    compute: computePbkdf2,
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
  })
}

/** Bytes. */
const longest = bounds.pbkdf2.bytes

const passlibForm =
  /^\$pbkdf2(?:-sha\d+)?\$([1-9]\d{0,9})\$([A-Za-z0-9./+]{0,172}={0,2})\$([A-Za-z0-9./+]{27,86}={0,2})$/
const djangoForm = /^pbkdf2_sha\d+\$([1-9]\d{0,9})\$([^$]{1,128})\$([A-Za-z0-9+/]{27,44}={0,2})$/
