import type { Jwk, TokenType } from '@latchkey/guard'

/** What this server's tokens are like. */
export interface TokenForm {
  readonly type: TokenType
  /** `null`: they name none. */
  readonly audience: string | null
}

/** What tokens must be for the APIs of this server to take them, as it tells everybody. */
export interface Terms {
  readonly issuer: string
  readonly keys: readonly Jwk[]
  /** Of those signed by one of the keys; `null` where a shared secret signs. */
  readonly byKey: TokenForm | null
  /** Of those signed by a shared secret, where that is or was used. */
  readonly bySecret: TokenForm | null
  /** Whether tokens are encrypted, and only such are taken. */
  readonly areEncrypted: boolean
}

/** What an installation says of its tokens. */
interface Kinds {
  readonly areByKey: boolean
  readonly areBySecret: boolean
  readonly areCompatible: boolean
  readonly audience: string | null
  readonly areEncrypted: boolean
}

/** The contract, section 5: the audience is the issuer unless it is set, and the compatible form has none. */
export function termsOf(kinds: Kinds, issuer: string, keys: readonly Jwk[]): Terms {
  const { areByKey, areBySecret, areCompatible, audience, areEncrypted } = kinds
  const full: TokenForm = { type: 'at+jwt', audience: audience ?? issuer }
  const bySecret: TokenForm = areCompatible ? { type: 'JWT', audience } : full
  return {
    issuer,
    keys,
    byKey: areByKey ? full : null,
    bySecret: areBySecret ? bySecret : null,
    areEncrypted,
  }
}

/** What this server's tokens of an algorithm are like; `null` where it makes none. */
export function formFor(algorithm: unknown, { byKey, bySecret }: Terms): TokenForm | null {
  return algorithm === 'HS256' ? bySecret : byKey
}

/** A place in one of this server's status lists. */
export interface Place {
  readonly list: number
  readonly index: number
}
