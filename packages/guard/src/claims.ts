import type { JsonObject } from './strict-json.js'

/** The claims of an accepted token, frozen: the ones that a guard knows, and whatever else there is. */
export interface Claims {
  readonly sub: string
  /** Seconds since 1970, as all times here. */
  readonly exp: number
  readonly iss?: string
  readonly aud?: string | readonly string[]
  readonly client_id?: string
  readonly iat?: number
  readonly nbf?: number
  readonly jti?: string
  readonly scope?: string
  readonly sid?: string
  readonly auth_time?: number
  readonly [name: string]: unknown
}

/** `at+jwt` are tokens by RFC 9068; `JWT` are those of applications that know no such thing. */
export type TokenType = 'at+jwt' | 'JWT'

/** @throws TypeError for an option that is neither */
export function typeOf(given: TokenType = 'at+jwt'): TokenType {
  if (given !== 'at+jwt' && given !== 'JWT') throw new TypeError("typ is 'at+jwt' or 'JWT'")
  return given
}

/** RFC 9068 section 4 and RFC 7515 section 4.1.9: media types, so their case does not count. */
export function hasType(header: JsonObject, type: TokenType): boolean {
  const { typ } = header
  return typ === undefined ? type === 'JWT' : isMediaType(typ, type)
}

/** Whether a header's `typ` or `cty` names this type; `application/` may be left out. */
export function isMediaType(value: unknown, type: TokenType): boolean {
  if (typeof value !== 'string') return false
  const name = value.toLowerCase()
  const expected = type.toLowerCase()
  return name === expected || name === `application/${expected}`
}

/** Whether each claim is there that must be, and of the kind that it must be (checklist B10). */
export function areClaims(value: JsonObject, type: TokenType): value is Claims {
  return rules.every(([name, isGood, presence]) => {
    if (Object.hasOwn(value, name)) return isGood(value[name])
    return presence === 'optional' || (presence === 'at+jwt' && type !== 'at+jwt')
  })
}

type Presence = 'required' | 'at+jwt' | 'optional'

const rules: readonly (readonly [string, (value: unknown) => boolean, Presence])[] = [
  ['sub', isText, 'required'],
  ['exp', isTime, 'required'],
  ['iss', isText, 'at+jwt'],
  ['aud', isAudience, 'at+jwt'],
  ['client_id', isText, 'at+jwt'],
  ['iat', isTime, 'at+jwt'],
  ['jti', isText, 'at+jwt'],
  ['nbf', isTime, 'optional'],
  ['scope', isString, 'optional'],
  ['sid', isText, 'optional'],
  ['auth_time', isTime, 'optional'],
]

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isText(value: unknown): boolean {
  return isString(value) && value !== ''
}

/** JSON can spell numbers that are infinite here, such as 1e400. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isAudience(value: unknown): boolean {
  return isString(value) || (Array.isArray(value) && value.every(isString))
}
