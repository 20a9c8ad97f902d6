/** The most bytes of UTF-8 that a password may have, as sent and in NFKC (checklist G02). */
export const maxPasswordBytes = 1024

/** What makes a text no password at all, at any policy. */
export type TextFault = 'not_unicode' | 'too_long'

/**
 * A lone surrogate has no UTF-8: it would be hashed as U+FFFD and match every other one. The length
 * counts in both forms, so that what was once accepted is accepted at every later sign-in.
 */
export function faultOf(password: string): TextFault | undefined {
  if (Buffer.byteLength(password) > maxPasswordBytes) return 'too_long'
  if (/\p{Surrogate}/u.test(password)) return 'not_unicode'
  return Buffer.byteLength(normalForm(password)) > maxPasswordBytes ? 'too_long' : undefined
}

/** The form that our own hashes are made from (NIST SP 800-63B-4 section 3.1.1.2). */
export function normalForm(password: string): string {
  // Of ASCII it is the same, and need not be looked up.
  return /^[ -~]*$/.test(password) ? password : password.normalize('NFKC')
}
