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
export const pbkdf2Sha512: HashFormat = passlib('pbkdf2-sha512', 'sha512')
export const pbkdf2Sha256: HashFormat = passlib('pbkdf2-sha256', 'sha256')
export const pbkdf2Sha1: HashFormat = passlib('pbkdf2', 'sha1')

/** Django's `pbkdf2_sha256$rounds$salt$digest`; the salt is text. */
export const djangoPbkdf2Sha256: HashFormat = django('pbkdf2_sha256', 'sha256', 32)
export const djangoPbkdf2Sha1: HashFormat = django('pbkdf2_sha1', 'sha1', 20)

/** Undefined over the bounds. */
export function checkedPbkdf2(
  hash: Pbkdf2Hash,
  rounds: number,
  salt: Buffer | undefined,
  digest: Buffer | undefined,
): Pbkdf2 | undefined {
  if (salt === undefined || digest === undefined) return undefined
  const fits =
    rounds >= 1 &&
    rounds <= bounds.pbkdf2.rounds &&
    digest.length >= shortestDigest &&
    digest.length <= bounds.pbkdf2.bytes
  return fits ? { hash, rounds, salt, digest } : undefined
}

export function computePbkdf2({ hash, rounds, salt, digest }: Pbkdf2, password: Uint8Array) {
  return pbkdf2Sync(password, salt, rounds, digest.length, hash)
}

/** Bytes. Fewer could be met by chance. */
const shortestDigest = 16

function passlib(name: string, hash: Pbkdf2Hash): HashFormat {
  return hashFormat({
    name,
    looks: new RegExp(`^\\$${name}\\$`),
    parse(stored) {
      const [, rounds, salt = '', digest = ''] = passlibForm.exec(stored) ?? []
      return checkedPbkdf2(hash, Number(rounds), fromBase64(salt), fromBase64(digest))
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
      const digest = fromBase64(text)
      if (digest?.length !== bytes) return undefined
      return checkedPbkdf2(hash, Number(rounds), Buffer.from(salt), digest)
    },
    compute: computePbkdf2,
  })
}

const passlibForm =
  /^\$pbkdf2(?:-sha\d+)?\$([1-9]\d{0,9})\$([A-Za-z0-9./+]{0,172})\$([A-Za-z0-9./+]{22,86})$/
const djangoForm = /^pbkdf2_sha\d+\$([1-9]\d{0,9})\$([^$]{1,128})\$([A-Za-z0-9+/]{27,44}={0,2})$/
