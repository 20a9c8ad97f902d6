import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encryptionKeyFile } from './encryption-key.js'
import { readSettings, SettingsError } from './read.js'
import { Fault } from './values.js'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const otherEc = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const okp = jwkOf(generateKeyPairSync('x25519'))
const otherOkp = jwkOf(generateKeyPairSync('x25519'))
const rsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const otherRsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const oct = { kty: 'oct', k: Buffer.alloc(32, 7).toString('base64url') }

function jwkOf({ privateKey }: { privateKey: KeyObject }): JsonWebKey {
  return privateKey.export({ format: 'jwk' })
}

function fileWith(content: object | string, mode = 0o600): string {
  const path = join(folder, 'key.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  chmodSync(path, mode)
  return path
}

/** What is wrong with the file, or nothing. */
function faultOf(path: string): string | undefined {
  const value = encryptionKeyFile.parse(path)
  return value instanceof Fault ? value.text : undefined
}

describe('the file with the key to encrypt tokens for', () => {
  it.each([
    ['ECDH-ES+A256KW', ec],
    ['ECDH-ES+A256KW', okp],
    ['RSA-OAEP-256', rsa],
    ['dir', oct],
    ['ECDH-ES+A256KW', { ...ec, alg: 'ECDH-ES+A256KW', kid: 'a', use: 'enc' }],
  ])('says by its kind how tokens are encrypted: %s', (algorithm, jwk) => {
    expect(encryptionKeyFile.parse(fileWith(jwk))).toEqual({ algorithm, jwk })
  })

  it('may end in a line, as editors leave it', () => {
    expect(faultOf(fileWith(`${JSON.stringify(ec)}\n`))).toBeUndefined()
  })

  it.each<[string, object | string, RegExp]>([
    ['no JSON', 'x', /no key that can be used: it is no JSON/],
    ['a PEM', '-----BEGIN PRIVATE KEY-----', /it is no JSON/],
    ['a text', '"x"', /a decryption key is a JWK/],
    ['null', 'null', /a decryption key is a JWK/],
    ['a set of keys', { keys: [ec] }, /kty EC, OKP, RSA or oct/],
    ['a public key', { ...ec, d: undefined }, /the key has no d/],
    ['a key to sign with', { ...ec, use: 'sig' }, /use enc/],
    ['a curve that is not taken', { ...ec, crv: 'P-384' }, /crv P-256/],
    ['a short symmetric key', { kty: 'oct', k: 'AAAA' }, /32 bytes/],
    ['an EC key of two halves', { ...ec, d: otherEc.d }, /do not belong together/],
    ['an X25519 key of two halves', { ...okp, x: otherOkp.x }, /do not belong together/],
    ['an RSA key of two halves', { ...rsa, n: otherRsa.n }, /do not belong together/],
    ['an EC key of no number', { ...ec, d: 'A'.repeat(43) }, /do not belong together/],
  ])('C03 is refused with %s', (_, content, complaint) => {
    expect(faultOf(fileWith(content))).toMatch(complaint)
  })

  it.each([0o604, 0o602, 0o644, 0o666, 0o777])('L01 is refused with mode %i', (mode) => {
    expect(faultOf(fileWith(ec, mode))).toMatch(/everyone on this machine can read or write/)
  })

  it.each([0o600, 0o400, 0o640, 0o440])('L01 is taken with mode %i', (mode) => {
    expect(faultOf(fileWith(ec, mode))).toBeUndefined()
  })

  it('is refused when it is not there, or is a folder', () => {
    chmodSync(folder, 0o700)
    expect(faultOf(join(folder, 'nowhere'))).toBe("names a file that can't be read (ENOENT)")
    expect(faultOf(folder)).toBe("names a file that can't be read (EISDIR)")
  })

  it('K01 is said to be wrong beside all else that is, and neither key nor path is shown', () => {
    const secret = JSON.stringify(ec)
    for (const given of [
      secret,
      ` ${secret}`,
      oct.k,
      ec.d ?? '',
      fileWith({ ...ec, d: otherEc.d }),
    ]) {
      const faults = faultsOf({ LATCHKEY_TOKEN_ENCRYPTION: given, LATCHKEY_PORT: 'x' })
      expect(faults).toHaveLength(2)
      const fault = faults.find((each) => each.startsWith('LATCHKEY_TOKEN_ENCRYPTION '))
      expect(fault).toMatch(/^LATCHKEY_TOKEN_ENCRYPTION (names|should be) [^\n]+\.$/)
      for (const hidden of [given, ec.d ?? '', otherEc.d ?? '']) expect(fault).not.toContain(hidden)
    }
  })
})

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings('command', environment)
  } catch (error) {
    if (error instanceof SettingsError) return error.faults
    throw error
  }
  return []
}
