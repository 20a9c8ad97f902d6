import { randomBytes } from 'node:crypto'

/** 128 random bits in base64url, the form of every id in tokens (checklist A06, C10). */
export function randomId(): string {
  return randomBytes(16).toString('base64url')
}

/** 128 random bits in hex, for ids that people type: it never starts with a dash. */
export function randomHexId(): string {
  return randomBytes(16).toString('hex')
}
