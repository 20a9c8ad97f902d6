/** Solves challenges by Node's own crypto: what the client does by WebCrypto, written a second time. */

import { pbkdf2Sync } from 'node:crypto'

export interface Challenge {
  readonly parameters: {
    readonly algorithm: string
    readonly cost: number
    readonly expiresAt: number
    readonly keyLength: number
    readonly keyPrefix: string
    readonly nonce: string
    readonly salt: string
  }
  readonly signature: string
}

/** What a widget would send. */
export function solved(challenge: Challenge): string {
  const { cost, keyLength, keyPrefix, nonce, salt } = challenge.parameters
  const password = Buffer.from(`${nonce}00000000`, 'hex')
  for (let counter = 0; ; counter++) {
    password.writeUInt32BE(counter, password.length - 4)
    const derived = pbkdf2Sync(password, Buffer.from(salt, 'hex'), cost, keyLength, 'sha256')
    const derivedKey = derived.toString('hex')
    if (!derivedKey.startsWith(keyPrefix)) continue
    const payload = { challenge, solution: { counter, derivedKey, time: 1 } }
    return Buffer.from(JSON.stringify(payload)).toString('base64')
  }
}
