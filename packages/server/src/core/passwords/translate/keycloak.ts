import { fromBase64, toBase64 } from '../formats/base64.js'
import { field, number, parsed, text } from './fields.js'
import { fault, joined, none, type Translation } from './translation.js'

/**
 * A user's `credentials` in an export of Keycloak's, of which the one of type `password` counts: with
 * `secretData` and `credentialData` as JSON in texts, or flat as versions before 8 wrote them.
 */
export function fromKeycloak(credentials: unknown): Translation {
  const all: unknown[] = Array.isArray(credentials) ? credentials : []
  const password = all.find((one) => text(one, 'type') === 'password')
  if (password === undefined) return none
  const flat = text(password, 'hashedSaltedValue') !== undefined
  const secret = flat ? password : parsed(text(password, 'secretData'))
  const data = flat ? password : parsed(text(password, 'credentialData'))
  if (secret === undefined || data === undefined) {
    return text(password, 'value') === undefined
      ? fault('The password has no secretData and credentialData that are JSON')
      : fault('The password is no hash but the password itself')
  }
  const algorithm = text(data, 'algorithm') ?? ''
  const digest = bytes(text(secret, flat ? 'hashedSaltedValue' : 'value'))
  const salt = bytes(text(secret, 'salt'))
  if (digest === undefined) return fault('The hash is not in base64')
  if (salt === undefined) return fault('The salt is not in base64')
  const end = `$${toBase64(salt)}$${toBase64(digest)}`
  const rounds = number(data, 'hashIterations')
  if (rounds === undefined) return fault('The hash has no hashIterations')
  if (algorithm === 'argon2') return argon2(field(data, 'additionalParameters'), rounds, end)
  return pbkdf2.has(algorithm)
    ? joined(`$${algorithm}$${rounds}${end}`)
    : fault('The hash is of an algorithm that is not checked')
}

/** These are called as in passlib's strings. */
const pbkdf2 = new Set(['pbkdf2', 'pbkdf2-sha256', 'pbkdf2-sha512'])

function argon2(parameters: unknown, passes: number, end: string): Translation {
  const memory = number(parameters, 'memory')
  const lanes = number(parameters, 'parallelism')
  const version = versions.get(text(parameters, 'version') ?? '')
  const type = text(parameters, 'type') ?? ''
  if (memory === undefined || lanes === undefined || version === undefined) {
    return fault('The hash lacks a parameter of argon2: memory, parallelism, version or type')
  }
  return joined(`$argon2${type}$v=${version}$m=${memory},t=${passes},p=${lanes}${end}`)
}

const versions: ReadonlyMap<string, number> = new Map([
  ['1.0', 16],
  ['1.3', 19],
])

function bytes(base64: string | undefined): Buffer | undefined {
  return base64 === undefined || base64 === '' ? undefined : fromBase64(base64)
}
