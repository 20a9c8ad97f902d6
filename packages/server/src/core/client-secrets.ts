import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Secrets of confidential clients. They are 256 random bits, so a plain digest keeps them: there is
 * nothing to guess (checklist D07).
 */
export function makeClientSecret(): string {
  return `lks_${randomBytes(32).toString('base64url')}`
}

export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Looks at every digest, however early one fits. */
export function isSecretOf(digests: readonly string[], secret: string): boolean {
  const presented = Buffer.from(digestOf(secret), 'hex')
  let fits = false
  for (const digest of digests)
    fits = timingSafeEqual(Buffer.from(digest, 'hex'), presented) || fits
  return fits
}
