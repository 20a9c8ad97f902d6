import { algorithmOf } from './header.js'
import { valueIn } from './json-members.js'
import { findKey, type Means } from './keys.js'
import type { SignedToken } from './read-token.js'
import type { Reason } from './reason.js'

/**
 * Whether a signature is good, or why not. `keyless`: nobody is to verify it, by what the header asks for. `unchecked`:
 * it can't be verified here and now. `none`: the header can't be read.
 */
export type SignatureCheck =
  | { readonly is: 'good' | 'none' }
  | { readonly is: 'wrong' | 'keyless' | 'unchecked'; readonly reason: Reason }

/** Looks at what the header asks for, finds the key, and verifies with it. */
export async function checkSignature(token: SignedToken, by: Means): Promise<SignatureCheck> {
  const { header, signature, signed } = token
  if (header === undefined) return { is: 'none' }
  const algorithm = algorithmOf(header)
  if (typeof algorithm !== 'string') return { is: 'keyless', reason: algorithm }
  const found = findKey(valueIn(header, 'kid'), algorithm, by)
  if ('fault' in found) return { is: 'keyless', reason: found.fault }
  if ('doubt' in found) return { is: 'unchecked', reason: found.doubt }
  const { key } = found
  if (signature === undefined) return { is: 'wrong', reason: { code: 'signatureMissing' } }
  if (signature.length !== key.signatureLength) {
    const values = { length: signature.length, expected: key.signatureLength }
    return { is: 'wrong', reason: { code: 'signatureLength', values } }
  }
  const values = { algorithm }
  try {
    const isGood = await key.verifies(signed, signature)
    return isGood ? { is: 'good' } : { is: 'wrong', reason: { code: 'signatureWrong', values } }
  } catch {
    // Away from https there is no WebCrypto, and not every browser has every algorithm.
    return { is: 'unchecked', reason: { code: 'browserCannot', values } }
  }
}
