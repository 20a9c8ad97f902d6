import { type Guard, Refusal as GuardRefusal } from '@latchkey/guard'
import type { Instant } from '../store/schema.js'
import type { Clock } from './clock.js'
import type { Identity } from './identity.js'
import type { Introspection } from './introspection.js'
import type { Keys } from './keys.js'
import { looksLikeRefreshToken } from './refresh-tokens.js'
import type { TokenEncryption } from './token-encryption.js'

/** What is in a token, and what the guard says of it. */
export interface TokenReport {
  valid: boolean
  /** Why it is refused. */
  reason?: string
  /** The outer header of one that is encrypted; the rest is there only if the key opens it. */
  encryption?: Record<string, unknown>
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
}

interface Surroundings {
  guard: Guard
  introspection: Pick<Introspection, 'stands'>
  identity: Identity
  keys: Keys
  /** Absent where tokens are signed only. */
  encryption: TokenEncryption | undefined
  clock: Clock
}

/** Reads a token as it is, good or not, and has the guard judge it, and the database what has become of it. */
export async function inspectToken(token: string, by: Surroundings): Promise<TokenReport> {
  const parts = await readToken(token, by.encryption)
  try {
    const { claims } = await by.guard.verify(token)
    if (await by.introspection.stands(claims)) return { valid: true, ...parts }
    return { valid: false, reason: hasEnded, ...parts }
  } catch (error) {
    if (!(error instanceof GuardRefusal)) throw error
    return { valid: false, reason: reasonOf(token, parts, by), ...parts }
  }
}

const hasEnded = 'its session has ended, or what its user or client may do has changed since'

type Parts = Pick<TokenReport, 'encryption' | 'header' | 'claims'>

async function readToken(token: string, encryption: TokenEncryption | undefined): Promise<Parts> {
  const parts = token.split('.', 6)
  const outer = parts.length === 5 ? readPart(parts[0] ?? '') : undefined
  if (outer === undefined) return readSigned(token)
  const opened = await encryption?.open(token)
  return { encryption: outer, ...(opened !== undefined && readSigned(opened)) }
}

function readSigned(token: string): Parts {
  const [header, claims] = token.split('.', 2).map(readPart)
  return { ...(header && { header }), ...(claims && { claims }) }
}

function readPart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** The guard tells callers nothing of why; whoever holds the token here may know more. */
function reasonOf(token: string, parts: Parts, by: Surroundings): string {
  const { encryption: outer, header, claims } = parts
  const { encryption } = by
  if (looksLikeRefreshToken(token))
    return 'it is a refresh token, which only the token endpoint takes'
  if (header === undefined || claims === undefined) {
    if (outer === undefined) return 'it is not a JWT in compact form'
    return encryption === undefined
      ? 'it is encrypted, and no key to open it with is configured here'
      : 'the key that is configured here does not open it'
  }
  const reason = faults.find(([isWrong]) => isWrong({ header, claims }, by))?.[1]
  if (reason !== undefined) return reason
  if (outer === undefined && encryption !== undefined) {
    return 'it is signed only, and encrypted ones are asked for here'
  }
  return 'its signature is not good, a claim that it must have is not there, or it was revoked'
}

type Opened = Required<Pick<Parts, 'header' | 'claims'>>

/** In the order in which they explain the most. */
const faults: readonly (readonly [(opened: Opened, by: Surroundings) => boolean, string])[] = [
  [
    ({ header }) => String(header.alg).toLowerCase() === 'none',
    'it is not signed: its alg is none',
  ],
  [
    ({ claims: { iss } }, { identity }) => typeof iss === 'string' && iss !== identity.issuer,
    'another server has issued it',
  ],
  [({ claims: { exp } }, { clock }) => isBefore(exp, clock()), 'it has expired'],
  [({ header }, { keys }) => !isKnown(header, keys), 'no key here is the one that it names'],
  [({ claims }, { identity }) => !isFor(claims.aud, identity.audience), 'it is for another API'],
  [({ claims: { nbf } }, { clock }) => isAfter(nbf, clock()), 'it is not valid yet'],
]

function isBefore(seconds: unknown, now: Instant): boolean {
  return typeof seconds === 'number' && seconds * 1000 < now
}

function isAfter(seconds: unknown, now: Instant): boolean {
  return typeof seconds === 'number' && seconds * 1000 > now
}

/** A shared secret is no key with a name. */
function isKnown({ kid, alg }: Opened['header'], keys: Keys): boolean {
  if (alg === 'HS256') return true
  return typeof kid === 'string' && keys.verification(kid, String(alg)) !== undefined
}

function isFor(named: unknown, audience: string | null): boolean {
  if (audience === null) return named === undefined
  return Array.isArray(named) ? named.includes(audience) : named === audience
}
