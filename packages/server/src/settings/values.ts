import { availableParallelism } from 'node:os'
import { type ClaimMapping, parseClaimMapping } from '../core/claim-mapping.js'
import { isLoopback } from '../loopback.js'
import { readUrl } from '../url.js'
import { isPublished } from './published-secrets.js'

/** Why a text is not the value that a setting wants; finishes the sentence "NAME ...". */
export class Fault {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** How one kind of value is read from text. */
export interface Value<T> {
  parse(text: string): T | Fault
}

declare const seconds: unique symbol
/** A length of time in whole seconds. */
export type Seconds = number & { readonly [seconds]: true }

export const text: Value<string> = {
  parse: (given) => (given.trim() === '' ? new Fault('should not be empty') : given),
}

/** BCP 47, as far as pages need it. */
export const languageCode: Value<string> = {
  parse: (given) =>
    /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(given)
      ? given
      : new Fault('should be the code of a language: `en`, `de`, `pt-BR`'),
}

export function oneOf<const Choice extends string>(...choices: Choice[]): Value<Choice> {
  return {
    parse: (given) =>
      choices.find((choice) => choice === given) ??
      new Fault(`should be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`),
  }
}

export const onOff: Value<boolean> = {
  parse: (given) =>
    given === 'on' || given === 'off' ? given === 'on' : new Fault('should be on or off'),
}

export function wholeNumber(least: number, most: number): Value<number> {
  return {
    parse: (given) => {
      const number = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
      return number >= least && number <= most
        ? number
        : new Fault(`should be a whole number from ${least} to ${most}`)
    },
  }
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** A duration as people write it: `10s`, `30m`, `12h`, `90d`. */
export function duration(least: string, most: string): Value<Seconds> {
  const [min, max] = [inSeconds(least), inSeconds(most)]
  return {
    parse: (given) => {
      const length = inSeconds(given)
      return length !== undefined &&
        min !== undefined &&
        max !== undefined &&
        length >= min &&
        length <= max
        ? (length as Seconds)
        : new Fault(`should be a duration from ${least} to ${most}, such as 30m, 12h or 90d`)
    },
  }
}

/** A duration, or `off` for never. */
export function durationOrOff(least: string, most: string): Value<Seconds | 'off'> {
  const { parse } = duration(least, most)
  return {
    parse: (given) => {
      const length = given === 'off' ? given : parse(given)
      return length instanceof Fault ? new Fault(`${length.text}, or off`) : length
    },
  }
}

/** A short time in milliseconds, written `250ms` or `2s`, or `off` for never. */
export function millisecondsOrOff(least: number, most: number): Value<number | 'off'> {
  return {
    parse: (given) => {
      if (given === 'off') return 'off'
      const [, amount, unit] = /^(\d{1,5})(ms|s)$/.exec(given) ?? []
      const length = Number(amount) * (unit === 's' ? 1000 : 1)
      return length >= least && length <= most
        ? length
        : new Fault(`should be a time from ${least}ms to ${most}ms, such as 250ms or 2s, or off`)
    },
  }
}

function inSeconds(given: string): number | undefined {
  const [, amount, unit] = /^(\d{1,7})([smhd])$/.exec(given) ?? []
  const factor = unit === undefined ? undefined : unitSeconds[unit]
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor
}

/**
 * An issuer identifier (RFC 8414 section 2): https, or http on loopback, without query, fragment
 * or credentials, and without a slash at its end, since issuers are compared as exact strings.
 */
export const issuer: Value<string> = {
  parse: (given) => {
    const fault = new Fault(
      'should be an https:// address without query, fragment or slash at its end (http:// only on loopback)',
    )
    const url = readUrl(given)
    if (url === undefined || given.endsWith('/') || /[?#\s]/.test(given)) return fault
    if (url.username !== '' || url.password !== '') return fault
    const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
    if (!safe) return fault
    // Clients compare it as an exact string, many after a URL parser has rewritten theirs.
    const usual = url.href.replace(/\/$/, '')
    return usual === given ? given : new Fault(`should be written ${usual}`)
  },
}

export const databaseUrl: Value<string> = {
  parse: (given) =>
    /^sqlite:./.test(given) || (/^postgres(ql)?:\/\//.test(given) && readUrl(given))
      ? given
      : new Fault('should be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE'),
}

/** Origins (RFC 6454) parted by commas, or `*` for all. */
export const origins: Value<ReadonlySet<string>> = {
  parse: (given) => {
    const listed = given
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean)
    const isGood = listed.every((one) => one === '*' || readUrl(one)?.origin === one)
    return isGood && !(listed.includes('*') && listed.length > 1)
      ? new Set(listed)
      : new Fault('should be origins such as https://app.example.com parted by commas, or * alone')
  },
}

/** How many processes: a number, or as many as there are cores. */
export const workers: Value<number> = {
  parse: (given) => {
    if (given === 'auto') return availableParallelism()
    const count = wholeNumber(1, 256).parse(given)
    return count instanceof Fault
      ? new Fault('should be a whole number from 1 to 256, or auto')
      : count
  },
}

/** A secret that two programs present to each other in a header. */
export const sharedSecret: Value<string> = {
  parse: (given) =>
    /^[\x21-\x7e]{16,512}$/.test(given)
      ? given
      : new Fault('should be 16 to 512 ASCII characters without a space'),
}

/** The master secret: 32 bytes or more, written in base64url or hex. */
export const secretKey: Value<Uint8Array> = {
  parse: (given) => {
    if (isPublished(given)) return new Fault('is a secret that is published and known to everybody')
    const bytes = bytesOf(given)
    return bytes !== undefined && bytes.length >= 32
      ? bytes
      : new Fault(
          'should be 32 bytes or more in base64url or hex, such as `openssl rand -hex 32` prints',
        )
  },
}

function bytesOf(given: string): Uint8Array | undefined {
  if (/^(?:[0-9a-f]{2})+$/i.test(given)) return Buffer.from(given, 'hex')
  // Plain base64 is what `openssl rand -base64` prints; both alphabets read alike.
  return /^[\w+/-]+={0,2}$/.test(given) ? Buffer.from(given, 'base64') : undefined
}

/** A shared secret for HS256: at least as long as the hash (RFC 7518 section 3.2), and not in the books. */
export const hs256Secret: Value<string> = {
  parse: (given) => {
    if (isPublished(given)) return new Fault('is a secret that is published and known to everybody')
    return Buffer.byteLength(given, 'utf8') >= 32
      ? given
      : new Fault('should be 32 bytes or more; `openssl rand -hex 32` prints a good one')
  },
}

/** A scope token (RFC 6749 section 3.3). */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]{1,64}$/

/** `name=what it allows; other=what that allows` */
export const scopeTable: Value<ReadonlyMap<string, string>> = {
  parse: (given) => {
    const scopes = new Map<string, string>()
    for (const entry of given.split(';').map((part) => part.trim())) {
      if (entry === '') continue
      const [name = '', ...rest] = entry.split('=')
      const meaning = rest.join('=').trim()
      if (!scopeToken.test(name.trim()) || meaning === '' || scopes.has(name.trim())) {
        return new Fault('should be "name=what it allows; other=what that allows", each name once')
      }
      scopes.set(name.trim(), meaning)
    }
    return scopes
  },
}

/** Scopes parted by spaces. */
export const scopeList: Value<readonly string[]> = {
  parse: (given) => {
    const scopes = given.split(' ').filter((scope) => scope !== '')
    return scopes.every((scope) => scopeToken.test(scope))
      ? scopes
      : new Fault('should be names of scopes, parted by spaces')
  },
}

/** `claim=metadata.member; other=admin_metadata.member` */
export const claimMapping: Value<ClaimMapping> = {
  parse: (given) => {
    const mapping = parseClaimMapping(given)
    return typeof mapping === 'string' ? new Fault(mapping) : mapping
  },
}
