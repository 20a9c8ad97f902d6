import { type Guard, Refusal as GuardRefusal } from '@latchkey/guard'
import type { Instant } from '../store/schema.js'
import type { Clock } from './clock.js'
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
  /** Absent where tokens are signed only. */
  encryption: TokenEncryption | undefined
  clock: Clock
}

/** Reads a token as it is, good or not, and has the guard judge it. */
export async function inspectToken(
  token: string,
  { guard, encryption, clock }: Surroundings,
): Promise<TokenReport> {
  const parts = await readToken(token, encryption)
  try {
    await guard.verify(token)
    return { valid: true, ...parts }
  } catch (error) {
    if (!(error instanceof GuardRefusal)) throw error
    const reason = reasonOf(parts, encryption, error, clock())
    return { valid: false, reason, ...parts }
  }
}

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
function reasonOf(
  { encryption: outer, header, claims }: Parts,
  encryption: TokenEncryption | undefined,
  refusal: GuardRefusal,
  now: Instant,
): string {
  if (header === undefined || claims === undefined) {
    if (outer === undefined) return 'it is not a JWT in compact form'
    return encryption === undefined
      ? 'it is encrypted, and no key to open it with is configured here'
      : 'the key that is configured here does not open it'
  }
  const { exp } = claims
  if (typeof exp === 'number' && exp * 1000 < now) return 'it has expired'
  if (outer === undefined && encryption !== undefined) {
    return 'it is signed only, and encrypted ones are asked for here'
  }
  return refusal.detail
}
