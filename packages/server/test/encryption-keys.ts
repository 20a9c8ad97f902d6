/** Files with keys to encrypt tokens for, as the documentation says to make them. */

import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PrivateJwk } from '@latchkey/guard'
import { afterThisFile } from './remains.js'

export interface KeyFile {
  readonly path: string
  readonly jwk: PrivateJwk
}

/** Writes a JWK, or what stands in its place, into a file of its own, which goes after the test file. */
export function keyFile(jwk: object | string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  afterThisFile(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'key.json')
  writeFileSync(path, typeof jwk === 'string' ? jwk : JSON.stringify(jwk), { mode })
  return path
}

/** A key of each kind that tokens can be encrypted for, made when asked for. */
export const encryptionKeys: Readonly<Record<string, () => KeyFile>> = {
  'ECDH-ES+A256KW on P-256': () => pair(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'ECDH-ES+A256KW on X25519': () => pair(generateKeyPairSync('x25519')),
  'RSA-OAEP-256': () => pair(generateKeyPairSync('rsa', { modulusLength: 2048 })),
  dir: () => made({ kty: 'oct', k: randomBytes(32).toString('base64url') }),
}

export function p256Key(kid?: string): KeyFile {
  return pair(generateKeyPairSync('ec', { namedCurve: 'P-256' }), kid)
}

function pair({ privateKey }: { privateKey: KeyObject }, kid = 'a'): KeyFile {
  return made({ ...privateKey.export({ format: 'jwk' }), kid })
}

function made(jwk: PrivateJwk): KeyFile {
  return { path: keyFile(jwk), jwk }
}
