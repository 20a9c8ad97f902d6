import type { TokenStatus } from '@latchkey/guard'
import { placeOf } from './claims.js'
import type { SignedToken } from './read-token.js'
import type { Reason } from './reason.js'
import type { Terms } from './terms.js'

/** What has become of a token since it was issued, or why that is not known. */
export type Outcome =
  | { readonly is: 'good' }
  | { readonly is: 'bad' | 'unread'; readonly reason: Reason }

/**
 * @param status what the token's status list says; `undefined` while it can't be read
 * @returns undefined for claims that can't be read
 */
export function outcomeOf(
  { claims }: SignedToken,
  terms: Terms,
  status: TokenStatus | undefined,
): Outcome | undefined {
  if (claims === undefined) return undefined
  const place = placeOf(claims, terms)
  if ('code' in place) return { is: 'bad', reason: place }
  if (status === 'valid') return { is: 'good' }
  if (status === 'revoked' || status === 'changed') return { is: 'bad', reason: { code: status } }
  return { is: 'unread', reason: { code: 'statusUnread' } }
}
