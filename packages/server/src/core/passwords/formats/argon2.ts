import { randomBytes } from 'node:crypto'
import { type Argon2idChoice, affordable, describeHashChoice } from '../hash-choice.js'
import { fromBase64, toBase64 } from './base64.js'
import { bounds } from './bounds.js'
import { endingIn, numbersIn } from './fault.js'
import { type HashFormat, hashFormat } from './format.js'
import { wrapped } from './wrapped.js'

/** PHC strings of argon2id, which is defined in version 1.3 only. */
export const argon2id: HashFormat = argon2({
  name: 'argon2id',
  looks: /^\$argon2id\$/,
  variant: 2,
  versions: { 'v=19$': 1 },
})

/** PHC strings of argon2i; those without a version are of version 1.0. */
export const argon2i: HashFormat = argon2({
  name: 'argon2i',
  looks: /^\$argon2i\$/,
  variant: 1,
  versions: { '': 0, 'v=16$': 0, 'v=19$': 1 },
})

export const argon2d: HashFormat = argon2({
  name: 'argon2d',
  looks: /^\$argon2d\$/,
  variant: 0,
  versions: { '': 0, 'v=16$': 0, 'v=19$': 1 },
})

/** Django's `argon2$` and a PHC string. */
export const djangoArgon2: HashFormat = wrapped({
  name: 'django-argon2',
  looks: /^argon2\$argon2(id|i|d)\$/,
  unwrap: (stored) => stored.slice('argon2'.length),
  inner: [argon2id, argon2i, argon2d],
})

/** OpenLDAP's `{ARGON2}` and a PHC string. */
export const ldapArgon2: HashFormat = wrapped({
  name: 'ldap-argon2',
  looks: /^\{ARGON2\}\$argon2(id|i|d)\$/i,
  unwrap: (stored) => stored.slice('{ARGON2}'.length),
  inner: [argon2id, argon2i, argon2d],
})

/** A hash with a fresh salt, as a PHC string. */
export async function argon2idHash(choice: Argon2idChoice, password: string): Promise<string> {
  const { hashSync } = await library()
  // The library's default algorithm and version are argon2id and 1.3; its enums can't be named under isolatedModules.
  return hashSync(password, {
    memoryCost: choice.memory,
    timeCost: choice.passes,
    parallelism: choice.lanes,
    outputLen: tagBytes,
    salt: randomBytes(saltBytes),
  })
}

export function argon2idDecoy(choice: Argon2idChoice): string {
  const costs = `m=${choice.memory},t=${choice.passes},p=${choice.lanes}`
  return `$argon2id$v=19$${costs}$${toBase64(randomBytes(saltBytes))}$${toBase64(randomBytes(tagBytes))}`
}

/** Loaded where hashes are computed, with the first: asking for it anew takes time at each. */
const library = () => (loaded ??= import('@node-rs/argon2'))
let loaded: Promise<typeof import('@node-rs/argon2')> | undefined

/** RFC 9106 section 3.1 recommends 16 bytes of salt; checklist G05 demands them. */
const saltBytes = 16
const tagBytes = 32

/** The library's numbers for its algorithms and versions. */
interface Variant {
  name: 'argon2id' | 'argon2i' | 'argon2d'
  looks: RegExp
  variant: 0 | 1 | 2
  versions: Readonly<Record<string, 0 | 1>>
}

function argon2({ name, looks, variant, versions }: Variant): HashFormat {
  return hashFormat({
    name,
    looks,
    parse(stored) {
      const [, spelled = '', m, t, p, salt = '', digest = ''] = phcString.exec(stored) ?? []
      const version = versions[spelled]
      const costs = { memory: Number(m), passes: Number(t), lanes: Number(p) }
      const bytes = { salt: fromBase64(salt), digest: fromBase64(digest) }
      if (version === undefined || bytes.salt === undefined || bytes.digest === undefined) {
        return undefined
      }
      return affordable(costs, bounds.argon2)
        ? { ...costs, version, salt: bytes.salt, digest: bytes.digest }
        : undefined
    },
    madeBy({ memory, passes, lanes, salt, digest }) {
      if (name !== 'argon2id') return name
      const ours = salt.length === saltBytes && digest.length === tagBytes
      // No setting makes other sizes, so that such a hash always counts as outdated.
      const sizes = ours ? '' : `,salt=${salt.length},tag=${digest.length}`
      return describeHashChoice({ format: 'argon2id', memory, passes, lanes }) + sizes
    },
    memory: ({ memory }) => memory,
    demands(stored) {
      const cost = numbersIn(stored, /\$m=(\d+),t=(\d+),p=(\d+)/)
      const { memory, memoryTimesPasses, lanes } = bounds.argon2
      return [
        { of: 'memory', asked: cost(1), most: memory },
        { of: 'work', asked: cost(1) * cost(2), most: memoryTimesPasses },
        { of: 'lanes', asked: cost(3), most: lanes },
      ]
    },
    whole: (stored) => endingIn(stored, stored.includes('$v=') ? 5 : 4, [22], false),
    async compute({ memory, passes, lanes, version, salt, digest }, password) {
      const { hashRawSync } = await library()
      return hashRawSync(password, {
        algorithm: variant,
        version,
        memoryCost: memory,
        timeCost: passes,
        parallelism: lanes,
        outputLen: digest.length,
        salt,
      })
    },
  })
}

const phcString =
  /^\$argon2(?:id|i|d)\$(v=16\$|v=19\$|)m=([1-9]\d{0,6}),t=([1-9]\d{0,6}),p=([1-9]\d{0,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/
