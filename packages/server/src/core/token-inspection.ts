import { type Guard, Refusal as GuardRefusal } from '@latchkey/guard'
import type { Instant } from '../store/schema.js'
import type { Clock } from './clock.js'

/** What is in a token, and what the guard says of it. */
export interface TokenReport {
  valid: boolean
  /** Why it is refused. */
  reason?: string
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
}

/** Reads a token as it is, good or not, and has the guard judge it. */
export async function inspectToken(
  token: string,
  guard: Guard,
  clock: Clock,
): Promise<TokenReport> {
  const [header, claims] = token.split('.').slice(0, 2).map(readPart)
  const parts = { ...(header && { header }), ...(claims && { claims }) }
  try {
    await guard.verify(token)
    return { valid: true, ...parts }
  } catch (error) {
    if (!(error instanceof GuardRefusal)) throw error
    return { valid: false, reason: reasonOf(parts, error, clock()), ...parts }
  }
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
  { header, claims }: Partial<TokenReport>,
  refusal: GuardRefusal,
  now: Instant,
): string {
  if (header === undefined || claims === undefined) return 'it is not a JWT in compact form'
  const { exp } = claims
  if (typeof exp === 'number' && exp * 1000 < now) return 'it has expired'
  return refusal.detail
}
