import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { importKey, type VerificationKey } from '@latchkey/guard'
import { secretKeyOf } from './signatures.js'
import type { SigningKey } from './signing-key.js'

/** The key of a shared secret, under a name that tells nothing of it and is the same in all processes. */
export function sharedKey(secret: string): { signing: SigningKey; verifying: VerificationKey } {
  const kid = createHash('sha256')
    .update('latchkey hs256 key id\0')
    .update(secret)
    .digest('base64url')
    .slice(0, 22)
  const k = Buffer.from(secret, 'utf8').toString('base64url')
  return {
    signing: { kid, algorithm: 'HS256', key: secretKeyOf(secret) },
    verifying: importKey({ kty: 'oct', k, kid, alg: 'HS256' }, 'HS256'),
  }
}
