/** A token, and how it was found in what somebody pasted. */
export interface Found {
  readonly token: string
  readonly kind: TokenKind
  /** Whether there was more than the token. */
  readonly isAmongOthers: boolean
  /** Whether line breaks or spaces were taken out of it. */
  readonly wasBroken: boolean
  /** Whether a refresh token stands beside it. */
  readonly hasRefreshToken: boolean
}

/**
 * `signed` and `encrypted` are JWTs, whole or not; the next two are this server's own; `opaque` is whatever has no
 * parts to look into.
 */
export type TokenKind = 'signed' | 'encrypted' | 'refresh' | 'clientSecret' | 'opaque'

/** Characters that are looked at: thirty times what the longest token has that any guard takes. */
export const longestText = 256 * 1024

/**
 * Finds the token in what was pasted: by itself, behind `Bearer`, in a line for curl, in an answer of `/token`, or
 * wrapped over several lines.
 *
 * @returns undefined where there is nothing but white space and quotes
 */
export function findToken(pasted: string): Found | undefined {
  const text = pasted
    .trim()
    .replace(/^(["'`])([\s\S]*)\1$/, '$2')
    .trim()
  if (text === '') return undefined
  const token = fromJson(text) ?? fromHeader(text) ?? fromText(text) ?? text
  const whole = token.replace(/\s+/g, '')
  const wasBroken = whole !== token && looksLikeToken.test(whole)
  const chosen = wasBroken ? whole : token
  return {
    token: chosen,
    kind: kindOf(chosen),
    isAmongOthers: token !== text,
    wasBroken,
    hasRefreshToken: !chosen.startsWith('lkr_') && /\blkr_[\w-]{20}/.test(text),
  }
}

const looksLikeToken = /^(?:eyJ[\w-]*(?:\.[\w-]*)*|lkr_[\w-]+)$/

/** An answer of the token endpoint. */
function fromJson(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    for (const name of ['access_token', 'refresh_token']) {
      const token: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
      if (typeof token === 'string' && token !== '') return token
    }
  } catch {
    // Not JSON, but there may be a token in it all the same.
  }
  return undefined
}

/** A header by itself, or in a line for curl. */
function fromHeader(text: string): string | undefined {
  const [, alone] = /^(?:authorization:\s*)?bearer\s+(\S[\s\S]*)$/i.exec(text) ?? []
  if (alone !== undefined) return alone
  return /\bbearer\s+([^\s"'`\\]+)/i.exec(text)?.[1]
}

/** The first that looks like one: a JWT begins with `{"` in base64url. */
function fromText(text: string): string | undefined {
  if (!/[\s"'`=&,]/.test(text)) return undefined
  if (looksLikeToken.test(text.replace(/\s+/g, ''))) return undefined
  return /(?<![\w.-])(?:eyJ[\w-]+(?:\.[\w-]*){1,5}|lk[rs]_[\w-]+)/.exec(text)?.[0]
}

function kindOf(token: string): TokenKind {
  if (token.startsWith('lkr_')) return 'refresh'
  if (token.startsWith('lks_')) return 'clientSecret'
  const dots = token.split('.', 8).length - 1
  if (dots === 4) return 'encrypted'
  if (dots === 2 || token.startsWith('eyJ')) return 'signed'
  return 'opaque'
}
