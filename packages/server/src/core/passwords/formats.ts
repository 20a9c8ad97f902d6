import {
  argon2d,
  argon2i,
  argon2id,
  argon2idDecoy,
  argon2idHash,
  djangoArgon2,
  ldapArgon2,
} from './formats/argon2.js'
import { aspNetV2, aspNetV3 } from './formats/asp-net.js'
import { bcrypt, bcryptDecoy, bcryptHash, djangoBcrypt, ldapBcrypt } from './formats/bcrypt.js'
import {
  bcryptSha256,
  bcryptSha256V1,
  djangoBcryptSha256,
  wordPress,
} from './formats/bcrypt-of-digest.js'
import { firebaseScrypt } from './formats/firebase.js'
import type { HashFormat, Judgement } from './formats/format.js'
import {
  djangoMd5,
  djangoSha1,
  hexMd5,
  hexSha1,
  hexSha256,
  hexSha512,
} from './formats/hex-digests.js'
import { ldapCrypt } from './formats/ldap-crypt.js'
import {
  ldapMd5,
  ldapSha,
  ldapSha256,
  ldapSha512,
  smd5,
  ssha,
  ssha256,
  ssha512,
} from './formats/ldap-digests.js'
import { aprMd5Crypt, md5Crypt } from './formats/md5-crypt.js'
import {
  djangoPbkdf2Sha1,
  djangoPbkdf2Sha256,
  ldapPbkdf2,
  pbkdf2Phc,
  pbkdf2Sha1,
  pbkdf2Sha256,
  pbkdf2Sha512,
  werkzeugPbkdf2,
} from './formats/pbkdf2.js'
import { drupal, phpass } from './formats/phpass.js'
import { betterAuth, djangoScrypt, scrypt, werkzeugScrypt } from './formats/scrypt.js'
import { sha256Crypt, sha512Crypt } from './formats/sha-crypt.js'
import type { HashChoice } from './hash-choice.js'

/** Every format that is verified; what each may cost is in `formats/bounds.ts`. No hash looks like two of them. */
// biome-ignore format: one line each
export const formats: readonly HashFormat[] = [
  argon2id,
  argon2i,
  argon2d,
  djangoArgon2,
  ldapArgon2,
  bcrypt,
  djangoBcrypt,
  ldapBcrypt,
  djangoBcryptSha256,
  bcryptSha256,
  bcryptSha256V1,
  wordPress,
  scrypt,
  djangoScrypt,
  werkzeugScrypt,
  betterAuth,
  firebaseScrypt,
  pbkdf2Sha512,
  pbkdf2Sha256,
  pbkdf2Sha1,
  pbkdf2Phc,
  djangoPbkdf2Sha256,
  djangoPbkdf2Sha1,
  werkzeugPbkdf2,
  ldapPbkdf2,
  aspNetV2,
  aspNetV3,
  phpass,
  drupal,
  smd5,
  ssha,
  ssha256,
  ssha512,
  ldapMd5,
  ldapSha,
  ldapSha256,
  ldapSha512,
  ldapCrypt,
  md5Crypt,
  aprMd5Crypt,
  sha256Crypt,
  sha512Crypt,
  djangoSha1,
  djangoMd5,
  hexMd5,
  hexSha1,
  hexSha256,
  hexSha512,
]

/** A stored hash that can be checked. */
export interface ReadableHash extends Judgement {
  readonly stored: string
  readonly format: HashFormat
}

/** Undefined for what is of no known format, malformed or too dear to check. */
export function readHash(stored: string): ReadableHash | undefined {
  const format = formats.find(({ looks }) => looks.test(stored))
  const judgement = format?.read(stored)
  return format === undefined || judgement === undefined
    ? undefined
    : { ...judgement, stored, format }
}

/** The format that makes this choice's hashes. */
export function formatOf(choice: HashChoice): HashFormat {
  return choice.format === 'bcrypt' ? bcrypt : argon2id
}

/** Runs in a hash worker. */
export function verifyHash(name: string, stored: string, password: Uint8Array) {
  const format = formats.find((candidate) => candidate.name === name)
  return format === undefined ? Promise.resolve(undefined) : format.verify(stored, password)
}

/** Runs in a hash worker. */
export function makeHash(choice: HashChoice, password: string): Promise<string> {
  return choice.format === 'bcrypt' ? bcryptHash(choice, password) : argon2idHash(choice, password)
}

/** A well-formed hash that costs what this choice's hashes cost, of no password that anyone knows. */
export function makeDecoy(choice: HashChoice): string {
  return choice.format === 'bcrypt' ? bcryptDecoy(choice) : argon2idDecoy(choice)
}
