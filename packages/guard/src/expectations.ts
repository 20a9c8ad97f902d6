import type { Claims, TokenType } from './claims.js'

/** Whose tokens pass, and for whom they must be made, as a guard's options say it. */
export interface Addressing {
  /** The tokens' `iss`, exactly; a function where it is not known yet. */
  readonly issuer: string | (() => string)
  /** One of the tokens' `aud`, exactly; `null` (with typ `JWT` only) for tokens that have none. */
  readonly audience: string | readonly string[] | null | (() => string | null)
}

/** The same at one moment. */
export interface Expectations {
  /** `undefined`: any issuer, for whoever has the secret is one. */
  readonly issuer: string | undefined
  /** `null`: tokens that name no audience. */
  readonly audience: string | readonly string[] | null
}

/** Checklist B11 and B12: exact strings; a token for a named audience is for nobody else. */
export function areExpected(claims: Claims, { issuer, audience }: Expectations): boolean {
  if (issuer !== undefined && claims.iss !== issuer) return false
  if (audience === null) return claims.aud === undefined
  const named = typeof claims.aud === 'string' ? [claims.aud] : (claims.aud ?? [])
  return typeof audience === 'string'
    ? named.includes(audience)
    : audience.some((ours) => named.includes(ours))
}

/**
 * Makes a function that reads what is expected now, and answers the same object for as long as
 * nothing has changed. Neither issuer nor audience is needed where tokens of typ `JWT` are signed
 * by a shared secret.
 *
 * @throws TypeError for what is missing, wrong, or does not go together; the function does so for
 * what it is told late
 */
export function expectationsOf(
  given: Partial<Addressing>,
  type: TokenType,
  bySecret: boolean,
): () => Expectations {
  assertAddressed(given, type, bySecret)
  const { issuer, audience } = given
  const readIssuer = typeof issuer === 'function' ? issuer : () => issuer
  const fixed = Array.isArray(audience) ? Object.freeze([...audience]) : audience
  const readAudience = typeof fixed === 'function' ? fixed : () => fixed ?? null

  let current: Expectations | undefined
  return () => {
    const issuer = readIssuer()
    const audience = readAudience()
    if (current === undefined || current.issuer !== issuer || current.audience !== audience) {
      assertTold({ issuer, audience }, given, type)
      current = { issuer, audience }
    }
    return current
  }
}

/** The contract: who takes an issuer's tokens says for whom they must be made. */
function assertAddressed(
  { issuer, audience }: Partial<Addressing>,
  type: TokenType,
  bySecret: boolean,
): void {
  const needed = type === 'at+jwt' || !bySecret
  if (issuer === undefined && needed) throw new TypeError('createGuard needs an issuer')
  if (audience === undefined && (needed || issuer !== undefined)) {
    throw new TypeError('createGuard needs an audience beside the issuer')
  }
  if (audience === null && type !== 'JWT') {
    throw new TypeError("audience: null goes with typ: 'JWT'")
  }
  if (Array.isArray(audience) && audience.length === 0) throw new TypeError('audience is empty')
  for (const value of [issuer, ...(Array.isArray(audience) ? audience : [audience])]) {
    const isLateOrLeftOut = value === undefined || value === null || typeof value === 'function'
    if (!isLateOrLeftOut && !isName(value)) {
      throw new TypeError('issuer and audience are strings that are not empty, or functions')
    }
  }
}

/** What functions say late must be what could have been said at once. */
function assertTold(now: Expectations, given: Partial<Addressing>, type: TokenType): void {
  if (typeof given.issuer === 'function' && !isName(now.issuer)) {
    throw new TypeError('the issuer is not known')
  }
  if (typeof given.audience !== 'function') return
  if (!isName(now.audience) && !(now.audience === null && type === 'JWT')) {
    throw new TypeError('the audience is not known')
  }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
