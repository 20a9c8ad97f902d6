import type { KeySourceOptions, PreviousOptions, PrivateJwk } from '@latchkey/guard'
import type { Identity } from './identity.js'
import type { Keys } from './keys.js'

interface Sources {
  keys: Keys
  identity: Identity
  /** Of encrypted tokens. */
  decryptionKey: PrivateJwk | undefined
}

/** What a guard must be told to take the tokens that this server has issued, and no others. */
export function ownTokens({ keys, identity, decryptionKey }: Sources): KeySourceOptions {
  return {
    keys: keys.verification,
    issuer: () => identity.issuer,
    audience: () => identity.audience,
    typ: identity.tokenType,
    decryptionKey,
    previous: previousOf(keys.previousSecret, identity),
  }
}

/** Those of before a key took over from a secret. */
function previousOf(secret: string | undefined, identity: Identity): PreviousOptions | undefined {
  if (secret === undefined) return undefined
  return {
    secret,
    algorithms: ['HS256'],
    issuer: () => identity.issuer,
    audience: () => identity.formOf('HS256').audience,
    typ: identity.formOf('HS256').type,
  }
}
