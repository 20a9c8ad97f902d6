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

/** A place in one of this server's status lists. */
export interface Place {
  readonly list: number
  readonly index: number
}
