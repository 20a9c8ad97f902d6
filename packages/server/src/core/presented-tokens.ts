import {
  type Claims,
  createGuard,
  type Guard,
  Refusal as GuardRefusal,
  type PrivateJwk,
} from '@latchkey/guard'
import type { Identity } from './identity.js'
import type { Keys } from './keys.js'
import { ownTokens } from './own-tokens.js'
import type { RefreshKeys } from './refresh-keys.js'
import { looksLikeRefreshToken, openRefreshToken, type RefreshClaim } from './refresh-tokens.js'

/** What somebody presents to have it revoked or looked at: one of our tokens, however old. */
export type PresentedToken =
  | { kind: 'refresh'; claim: RefreshClaim }
  | { kind: 'access'; claims: Claims }

interface Dependencies {
  keys: Keys
  refreshKeys: RefreshKeys
  identity: Identity
  /** Of encrypted tokens. */
  decryptionKey: PrivateJwk | undefined
}

export class PresentedTokens {
  readonly #refreshKeys: RefreshKeys
  readonly #guard: Guard

  constructor({ keys, refreshKeys, identity, decryptionKey }: Dependencies) {
    this.#refreshKeys = refreshKeys
    this.#guard = createGuard({
      ...ownTokens({ keys, identity, decryptionKey }),
      // Those of before the encryption are ours too, and somebody may want their session ended.
      ...(decryptionKey && { allowSigned: true }),
      cacheSize: 0,
      // Its clock stands where no token has expired: an old token still names its session.
      now: () => 0,
    })
  }

  /** @returns undefined for what we did not make, whatever its form; hints are not needed (RFC 7009 section 2.1) */
  async identify(token: string): Promise<PresentedToken | undefined> {
    if (looksLikeRefreshToken(token)) {
      const claim = openRefreshToken(token, this.#refreshKeys.byId)
      return claim && { kind: 'refresh', claim }
    }
    try {
      return { kind: 'access', claims: (await this.#guard.verify(token)).claims }
    } catch (error) {
      if (error instanceof GuardRefusal) return undefined
      throw error
    }
  }
}
