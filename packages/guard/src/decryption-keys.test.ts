import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { importDecryptionKey, type PrivateJwk } from './decryption-keys.js'

const ec = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
const okp = jwkOf(generateKeyPairSync('x25519').privateKey)
const rsa = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
const oct = { kty: 'oct', k: Buffer.alloc(32, 7).toString('base64url') }

function jwkOf(key: { export(options: { format: 'jwk' }): JsonWebKey }): PrivateJwk {
  return key.export({ format: 'jwk' })
}

/** A JWK as a caller without types might write it. */
function make(jwk: unknown): unknown {
  return Reflect.apply(importDecryptionKey, undefined, [jwk])
}

describe('a key to decrypt with', () => {
  it.each<[string, PrivateJwk, object]>([
    ['P-256', ec, { algorithm: 'ECDH-ES+A256KW', curve: 'P-256', encryptedKeyLength: 40 }],
    ['X25519', okp, { algorithm: 'ECDH-ES+A256KW', curve: 'X25519', encryptedKeyLength: 40 }],
    ['RSA', rsa, { algorithm: 'RSA-OAEP-256', curve: undefined, encryptedKeyLength: 256 }],
    ['oct', oct, { algorithm: 'dir', curve: undefined, encryptedKeyLength: 0 }],
    ['oct for A256GCM', { ...oct, alg: 'A256GCM' }, { algorithm: 'dir' }],
    ['oct for dir', { ...oct, alg: 'dir' }, { algorithm: 'dir' }],
    ['P-256 that says so', { ...ec, alg: 'ECDH-ES+A256KW', use: 'enc', kid: 'x' }, { kid: 'x' }],
    ['P-256 with operations', { ...ec, key_ops: ['deriveBits'] }, { kid: undefined }],
  ])('has the algorithm of its kind: %s', (_, jwk, expected) => {
    expect(importDecryptionKey(jwk)).toMatchObject(expected)
  })

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /is a JWK/],
    ['null', null, /is a JWK/],
    ['a text', JSON.stringify(ec), /is a JWK/],
    ['an unknown kind', { ...ec, kty: 'ec' }, /kty EC, OKP, RSA or oct/],
    ['a kind that is no text', { ...ec, kty: ['EC'] }, /kty EC, OKP, RSA or oct/],
    ['another curve', { ...ec, crv: 'P-384' }, /crv P-256/],
    ['a key to sign with', jwkOf(generateKeyPairSync('ed25519').privateKey), /crv X25519/],
    ['a public EC key', { ...ec, d: undefined }, /no d/],
    ['a public X25519 key', { ...okp, d: undefined }, /no d/],
    ['a public RSA key', { ...rsa, d: undefined }, /no d/],
    ['an RSA key without its primes', { ...rsa, p: undefined }, /no p/],
    [
      'a weak RSA key',
      jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey),
      /2048/,
    ],
    ['a point off the curve', { ...ec, x: ec.y }, /no point of P-256/],
    ['a short d', { ...ec, d: 'AAAA' }, /not 32 bytes/],
    ['a padded d', { ...ec, d: `${ec.d}=` }, /no base64url/],
    ['a short x', { ...okp, x: 'AAAA' }, /not 32 bytes/],
    ['a symmetric key of 128 bits', { ...oct, k: 'A'.repeat(22) }, /not 32 bytes/],
    ['a symmetric key of 512 bits', { ...oct, k: 'A'.repeat(86) }, /not 32 bytes/],
    ['a symmetric key that is none', { kty: 'oct' }, /no k/],
    ['another alg', { ...ec, alg: 'ECDH-ES' }, /alg ECDH-ES\+A256KW/],
    ['the alg of another kind', { ...rsa, alg: 'dir' }, /alg RSA-OAEP-256/],
    ['an older alg', { ...rsa, alg: 'RSA-OAEP' }, /alg RSA-OAEP-256/],
    ['an alg for passwords', { ...oct, alg: 'PBES2-HS256+A128KW' }, /alg dir or A256GCM/],
    ['a use for signatures', { ...ec, use: 'sig' }, /use enc/],
    ['operations for signatures', { ...rsa, key_ops: ['sign'] }, /decrypt, unwrapKey/],
    ['an empty kid', { ...ec, kid: '' }, /kid/],
    ['a kid that is a number', { ...ec, kid: 1 }, /kid/],
    ['a kid too long for a header', { ...ec, kid: 'x'.repeat(511) }, /kid/],
    ['a kid that JSON makes too long', { ...ec, kid: '\u0001'.repeat(100) }, /kid/],
  ])('C03 is not %s', (_, jwk, complaint) => {
    expect(() => make(jwk)).toThrow(TypeError)
    expect(() => make(jwk)).toThrow(complaint)
  })

  it('K01 is never shown in what is said of it', () => {
    for (const jwk of [
      { ...ec, alg: 'x' },
      { ...rsa, dq: undefined },
      { ...oct, use: 'sig' },
    ]) {
      const complaint = complaintAbout(jwk)
      for (const value of [ec.d, rsa.d, rsa.p, oct.k]) expect(complaint).not.toContain(value)
    }
  })
})

function complaintAbout(jwk: PrivateJwk): string {
  try {
    importDecryptionKey(jwk)
  } catch (error) {
    return String(error)
  }
  return expect.fail('it was taken')
}
