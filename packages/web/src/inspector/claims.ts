import { has, type Member, valueIn } from './json-members.js'
import type { Reason } from './reason.js'
import type { Place, Terms, TokenForm } from './terms.js'

export type ClaimKind = 'text' | 'string' | 'time' | 'audience'

/** The claims that a guard asks for, and those of which it asks a kind (checklist B10). */
export function claimFaults(claims: readonly Member[], form: TokenForm): Reason[] {
  const missing = rules
    .filter(([claim, , presence]) => isNeeded(claim, presence, form) && !has(claims, claim))
    .map(([claim]) => claim)
  const ofOtherKind = rules
    .filter(([claim, kind]) => has(claims, claim) && !kinds[kind](valueIn(claims, claim)))
    .map(([claim, kind]): Reason => ({ code: 'claimKind', values: { claim, kind } }))
  if (missing.length === 0) return ofOtherKind
  return [{ code: 'claimMissing', values: { claims: missing.join(', ') } }, ...ofOtherKind]
}

/** An API asks whose a token is in any form, and for whom where tokens of its issuer say it. */
function isNeeded(claim: string, presence: Presence, { type, audience }: TokenForm): boolean {
  if (presence === 'required' || presence === type || claim === 'iss') return true
  return claim === 'aud' && audience !== null
}

type Presence = 'required' | 'at+jwt' | 'optional'

const rules: readonly (readonly [string, ClaimKind, Presence])[] = [
  ['sub', 'text', 'required'],
  ['exp', 'time', 'required'],
  ['iss', 'text', 'at+jwt'],
  ['aud', 'audience', 'at+jwt'],
  ['client_id', 'text', 'at+jwt'],
  ['iat', 'time', 'at+jwt'],
  ['jti', 'text', 'at+jwt'],
  ['nbf', 'time', 'optional'],
  ['scope', 'string', 'optional'],
  ['sid', 'text', 'optional'],
  ['auth_time', 'time', 'optional'],
]

const kinds: Readonly<Record<ClaimKind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  string: (value) => typeof value === 'string',
  time: isTime,
  audience: (value) =>
    typeof value === 'string' ||
    (Array.isArray(value) && value.every((entry) => typeof entry === 'string')),
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

/** Checklist B11: the exact text. */
export function issuerFault(claims: readonly Member[], { issuer }: Terms): Reason[] {
  const iss = valueIn(claims, 'iss')
  return typeof iss !== 'string' || iss === issuer
    ? []
    : [{ code: 'issuerOther', values: { found: iss, expected: issuer } }]
}

/** Checklist B12: one of the exact texts; a token that names somebody is for nobody else. */
export function audienceFault(claims: readonly Member[], { audience }: TokenForm): Reason[] {
  const aud = valueIn(claims, 'aud')
  const named: unknown[] = Array.isArray(aud) ? aud : aud === undefined ? [] : [aud]
  const found = named.map(String).join(', ')
  if (audience === null) {
    return aud === undefined ? [] : [{ code: 'audienceUnwanted', values: { found } }]
  }
  if (named.includes(audience) || named.length === 0) return []
  return [{ code: 'audienceOther', values: { found, expected: audience } }]
}

/** Seconds by which clocks may differ, as a guard has it unless it is told otherwise. */
export const leeway = 30

/** @param now seconds since 1970 */
export function timeFaults(claims: readonly Member[], now: number): Reason[] {
  const [nbf, exp] = [valueIn(claims, 'nbf'), valueIn(claims, 'exp')]
  const faults: Reason[] = []
  if (isTime(nbf) && now < nbf - leeway) faults.push({ code: 'notYet', at: nbf })
  if (isTime(exp) && now >= exp + leeway) faults.push({ code: 'expired', at: exp })
  return faults
}

/** From when to when a token holds, in seconds since 1970. */
export interface Life {
  readonly from: number
  readonly until: number
}

/** @returns undefined for a token that does not say it, or says it the wrong way round */
export function lifeOf(claims: readonly Member[]): Life | undefined {
  const from = [valueIn(claims, 'nbf'), valueIn(claims, 'iat')].find(isTime)
  const until = valueIn(claims, 'exp')
  return isTime(from) && isTime(until) && from < until ? { from, until } : undefined
}

/**
 * The place at which this server says what has become of the token. What the token names is only held against what
 * this server calls its lists: no address out of a token is ever asked.
 */
export function placeOf(claims: readonly Member[], { issuer }: Terms): Place | Reason {
  const status = valueIn(claims, 'status')
  const named = isObject(status) ? status.status_list : undefined
  const { uri, idx: index } = isObject(named) ? named : {}
  if (typeof uri !== 'string' || typeof index !== 'number') return { code: 'noPlace' }
  if (!Number.isSafeInteger(index) || index < 0) return { code: 'noPlace' }
  const lists = `${issuer}/status-lists/`
  const number = uri.startsWith(lists) ? uri.slice(lists.length) : ''
  return /^[1-9]\d{0,8}$/.test(number)
    ? { list: Number(number), index }
    : { code: 'placeElsewhere', values: { uri } }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
