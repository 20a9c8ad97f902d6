import { fromBase64, toBase64 } from '../formats/base64.js'
import { field, number, text } from './fields.js'
import { fault, fromStored, joined, readable, type Translation } from './translation.js'

/**
 * A user of Auth0's: `passwordHash` in the exports that its support makes, `password_hash` and
 * `custom_password_hash` in files for its import.
 */
export function fromAuth0(user: unknown): Translation {
  const own = field(user, 'passwordHash') ?? field(user, 'password_hash')
  const custom = field(user, 'custom_password_hash')
  if (own !== undefined || custom === undefined || custom === null) return fromStored(own)
  const encoding = text(field(custom, 'password'), 'encoding') ?? 'utf8'
  if (encoding !== 'utf8' && encoding !== 'ascii') {
    return fault('The password was hashed in another encoding than UTF-8')
  }
  const algorithm = text(custom, 'algorithm') ?? ''
  const value = text(field(custom, 'hash'), 'value') ?? ''
  if (value === '') return fault('The hash is empty')
  if (written.has(algorithm)) return readable(value)
  if (algorithm === 'scrypt') return scrypt(custom)
  const digest = digests.get(algorithm)
  return digest === undefined
    ? fault('The hash is of an algorithm that is not checked')
    : digestOf(custom, digest)
}

/** Those whose value says all that is needed. */
const written = new Set(['argon2', 'bcrypt', 'pbkdf2', 'ldap'])

/** How the digest is written with the salt behind the password, without one, and with a salt before it. */
interface Schemes {
  readonly suffix: string
  readonly none: string
  readonly prefix?: string
}

const digests: ReadonlyMap<string, Schemes> = new Map([
  ['md5', { suffix: '{SMD5}', none: '{MD5}', prefix: 'md5' }],
  ['sha1', { suffix: '{SSHA}', none: '{SHA}', prefix: 'sha1' }],
  ['sha256', { suffix: '{SSHA256}', none: '{SHA256}' }],
  ['sha512', { suffix: '{SSHA512}', none: '{SHA512}' }],
])

function digestOf(custom: unknown, { suffix, none: without, prefix }: Schemes): Translation {
  const digest = bytes(field(custom, 'hash'), 'hex')
  const salt = bytes(field(custom, 'salt'), 'utf8')
  if (digest === undefined) return fault('The hash is not in the encoding that it says')
  if (salt === undefined) {
    return field(custom, 'salt') === undefined
      ? joined(without + digest.toString('base64'))
      : fault('The salt is not in the encoding that it says')
  }
  const position = text(field(custom, 'salt'), 'position')
  if (position === 'suffix') {
    return joined(suffix + Buffer.concat([digest, salt]).toString('base64'))
  }
  const asText = salt.toString()
  const isText = Buffer.from(asText).equals(salt) && !asText.includes('$')
  return position === 'prefix' && prefix !== undefined && isText
    ? joined(`${prefix}$${asText}$${digest.toString('hex')}`)
    : fault('The hash has a salt where none is checked')
}

/** What is not said has the defaults of Auth0, which are Node's. */
function scrypt(custom: unknown): Translation {
  const digest = bytes(field(custom, 'hash'), 'hex')
  const salt = bytes(field(custom, 'salt'), 'utf8')
  if (digest === undefined || salt === undefined) {
    return fault('The hash or its salt is not in the encoding that it says')
  }
  const [n = 16_384, r = 8, p = 1] = ['cost', 'blockSize', 'parallelization'].map((name) =>
    number(custom, name),
  )
  const costs = `ln=${Math.log2(n)},r=${r},p=${p}`
  return joined(`$scrypt$${costs}$${toBase64(salt)}$${toBase64(digest)}`)
}

/** Of a value with an `encoding`. */
function bytes(of: unknown, usual: 'hex' | 'utf8'): Buffer | undefined {
  const value = text(of, 'value') ?? ''
  const encoding = text(of, 'encoding') ?? usual
  if (value === '') return undefined
  if (encoding === 'base64') return fromBase64(value)
  if (encoding === 'utf8') return Buffer.from(value)
  return encoding === 'hex' && /^(?:[0-9a-f]{2})+$/i.test(value)
    ? Buffer.from(value, 'hex')
    : undefined
}
