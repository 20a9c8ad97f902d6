import { fromBase64 } from '../formats/base64.js'
import { field, number, parsed, text } from './fields.js'
import { fault, joined, none, type Translation } from './translation.js'

/** "Password hash parameters" of a Firebase project; the signer key is a secret. */
export interface FirebaseParameters {
  readonly signerKey: string
  readonly saltSeparator: string
  readonly rounds: number
  readonly memCost: number
}

/** A user of `firebase auth:export`, whose `passwordHash` and `salt` are in base64 of either alphabet. */
export function fromFirebase(
  user: unknown,
  parameters: FirebaseParameters | undefined,
): Translation {
  const digest = text(user, 'passwordHash') ?? ''
  if (digest === '') return none
  if (digest === redacted) {
    return fault('The hash was left out of the export, because who made it may not read hashes')
  }
  if (parameters === undefined) return fault("The hash needs the parameters of Firebase's project")
  const salt = text(user, 'salt') ?? ''
  if (salt === '') return fault('The hash has no salt')
  const { signerKey, saltSeparator, rounds, memCost } = parameters
  const separator = saltSeparator === '' ? '' : `,ss=${saltSeparator}`
  const costs = `v=1,n=${memCost},r=${rounds},p=1${separator},sk=${signerKey}`
  return joined(`$fbscrypt$${costs}$${salt}$${digest}`)
}

/**
 * Reads the parameters from the text that Firebase's console shows (`hash_config { algorithm: SCRYPT, ... }`)
 * or from JSON, where they may be called as Google's APIs do.
 */
export function parseFirebaseParameters(given: string): FirebaseParameters | { fault: string } {
  const json = parsed(given)
  const found = field(json, 'hash_config') ?? field(json, 'hashConfig') ?? json ?? lines(given)
  const algorithm = text(found, 'algorithm') ?? 'SCRYPT'
  if (algorithm !== 'SCRYPT') return { fault: 'The algorithm is another than SCRYPT' }
  const signerKey = text(found, 'base64_signer_key') ?? text(found, 'signerKey')
  const separator = text(found, 'base64_salt_separator') ?? text(found, 'saltSeparator') ?? ''
  const rounds = number(found, 'rounds')
  const memCost = number(found, 'mem_cost') ?? number(found, 'memoryCost')
  if (!signerKey || fromBase64(signerKey) === undefined) {
    return { fault: 'base64_signer_key is missing, or not in base64' }
  }
  if (fromBase64(separator) === undefined) {
    return { fault: 'base64_salt_separator is not in base64' }
  }
  if (rounds === undefined || memCost === undefined) {
    return { fault: 'rounds or mem_cost is missing, or no number' }
  }
  return { signerKey, saltSeparator: separator, rounds, memCost }
}

/** "REDACTED", which stands there instead of each hash. */
const redacted = 'UkVEQUNURUQ='

/** `name: value` by commas or lines, in braces or not. */
function lines(given: string): Readonly<Record<string, string>> {
  const pairs = given.split(/[\n,{}]/).map((line) => pair.exec(line.trim()) ?? [])
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]))
}

const pair = /^(\w+)\s*[:=]\s*"?([\w+/=-]*)"?$/
