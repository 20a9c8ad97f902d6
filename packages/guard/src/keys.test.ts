import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Algorithm } from './algorithms.js'
import { importKey as importKeyOn, type Jwk } from './keys.js'
import { platform } from './signature-node.js'

const importKey = (jwk: Jwk, algorithm: Algorithm) => importKeyOn(platform, jwk, algorithm)

const ec: Jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  format: 'jwk',
})
const ed: Jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
const rsa: Jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
  format: 'jwk',
})
const oct: Jwk = { kty: 'oct', k: Buffer.alloc(32, 7).toString('base64url') }

const encode = (value: bigint | Uint8Array) =>
  typeof value === 'bigint'
    ? Buffer.from(
        value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), '0'),
        'hex',
      ).toString('base64url')
    : Buffer.from(value).toString('base64url')

describe('importKey', () => {
  it.each<[Algorithm, Jwk, number]>([
    ['HS256', oct, 32],
    ['RS256', rsa, 256],
    ['PS256', rsa, 256],
    ['ES256', ec, 64],
    ['EdDSA', ed, 64],
  ])('binds a key to %s', (algorithm, jwk, signatureLength) => {
    const purpose = { alg: algorithm, use: 'sig', key_ops: ['verify'], kid: 'k' }
    for (const each of [jwk, { ...jwk, ...purpose }]) {
      expect(importKey(each, algorithm)).toMatchObject({ algorithm, signatureLength })
    }
  })

  it('B01 C03 refuses a key of another kind, curve, algorithm or purpose', () => {
    const algorithms: readonly Algorithm[] = ['HS256', 'RS256', 'ES256', 'EdDSA']
    const keys = [oct, rsa, ec, ed]
    algorithms.forEach((algorithm, mine) => {
      keys.forEach((key, other) => {
        if (mine !== other) expect(() => importKey(key, algorithm)).toThrow(TypeError)
      })
    })
    const p384: Jwk = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
      format: 'jwk',
    })
    const x25519: Jwk = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' })
    expect(() => importKey(p384, 'ES256')).toThrow(TypeError)
    expect(() => importKey({ ...ec, crv: 'P-384' }, 'ES256')).toThrow(TypeError)
    expect(() => importKey(x25519, 'EdDSA')).toThrow(TypeError)
    expect(() => importKey({ ...rsa, alg: 'PS256' }, 'RS256')).toThrow(TypeError)
    expect(() => importKey({ ...ec, use: 'enc' }, 'ES256')).toThrow(TypeError)
    expect(() => importKey({ ...ec, key_ops: ['sign'] }, 'ES256')).toThrow(TypeError)
    for (const name of ['none', 'RS1', 'ES384', 'constructor', '__proto__']) {
      expect(() => Reflect.apply(importKey, undefined, [ec, name])).toThrow(TypeError)
    }
  })

  it('C03 refuses private keys', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(() => importKey(privateKey.export({ format: 'jwk' }), 'EdDSA')).toThrow(/member d/)
    expect(() => importKey({ ...ed, ...{ d: undefined } }, 'EdDSA')).not.toThrow()
    expect(() => Reflect.apply(importKey, undefined, [{ ...rsa, qi: 'AQ' }, 'RS256'])).toThrow(
      /member qi/,
    )
  })

  it('C03 refuses members that are missing, no text, or not canonical', () => {
    const bad = [undefined, '', 'AA==', 'A A', '++', 1, null, [ed.x], `${ed.x}A`, `${ed.x}AAAA`]
    for (const value of bad) {
      expect(() => Reflect.apply(importKey, undefined, [{ ...ed, x: value }, 'EdDSA'])).toThrow(
        TypeError,
      )
      expect(() => Reflect.apply(importKey, undefined, [{ ...ec, y: value }, 'ES256'])).toThrow(
        TypeError,
      )
    }
  })

  it('C03 refuses a symmetric key that is no canonical text', () => {
    for (const k of [undefined, '', `${oct.k}=`, ` ${oct.k}`, 1, null, [oct.k]]) {
      expect(() => Reflect.apply(importKey, undefined, [{ ...oct, k }, 'HS256'])).toThrow(TypeError)
    }
  })

  it('C03 refuses points that are not on P-256', () => {
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
    const zero = encode(new Uint8Array(32))
    const bad: Jwk[] = [
      { ...ec, y: ec.x },
      { ...ec, x: zero, y: zero },
      { ...ec, x: encode(p) },
    ]
    for (const jwk of bad) expect(() => importKey(jwk, 'ES256')).toThrow(/P-256/)
  })

  it('C03 refuses what is no point of Ed25519, and points of small order', () => {
    const p = 2n ** 255n - 19n
    const littleEndian = (y: bigint) =>
      Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse()
    const orderEight = Buffer.from(
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'hex',
    )
    const bad = [
      ...[0n, 1n, 2n, p - 1n, p, p + 1n, p + 3n, 2n ** 255n - 1n].map(littleEndian),
      orderEight.subarray(0, 32),
      orderEight.subarray(32),
    ]
    for (const y of bad) {
      const mirrored = Buffer.from(y)
      mirrored[31] = (mirrored[31] ?? 0) | 0x80
      for (const x of [y, mirrored]) {
        expect(() => importKey({ ...ed, x: encode(x) }, 'EdDSA'), y.toString('hex')).toThrow(
          /Ed25519/,
        )
      }
    }
  })

  it('C03 takes every other point: fifty keys at random', () => {
    for (let count = 0; count < 50; count++) {
      const { publicKey } = generateKeyPairSync('ed25519')
      expect(() => importKey(publicKey.export({ format: 'jwk' }), 'EdDSA')).not.toThrow()
    }
  })

  it('C03 would be forged under a key of small order, if it were taken', () => {
    const identity = Buffer.alloc(32)
    identity[0] = 1
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: encode(identity) }
    const forged = Buffer.concat([identity, Buffer.alloc(32)])
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    expect(verify(null, Buffer.from('any message'), key, forged)).toBe(true)
    expect(() => importKey(jwk, 'EdDSA')).toThrow(TypeError)
  })

  it('C03 refuses RSA keys that are too short, or with a bad modulus or exponent', () => {
    const short: Jwk = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
      format: 'jwk',
    })
    expect(() => importKey(short, 'RS256')).toThrow(/2048/)
    expect(() => importKey({ ...rsa, n: encode(2n ** 2047n + 2n) }, 'RS256')).toThrow(/even/)
    expect(() => importKey({ ...rsa, n: encode(2n ** 16384n + 1n) }, 'RS256')).toThrow(/16384/)
    for (const e of [0n, 1n, 2n, 65536n, 2n ** 64n + 1n]) {
      expect(() => importKey({ ...rsa, e: encode(e) }, 'RS256')).toThrow(/exponent/)
    }
  })

  it('C03 refuses RSA moduli with the mark of ROCA', () => {
    const primes = [
      11n,
      13n,
      17n,
      19n,
      37n,
      53n,
      61n,
      71n,
      73n,
      79n,
      97n,
      103n,
      107n,
      109n,
      127n,
      151n,
      157n,
    ]
    const product = primes.reduce((all, prime) => all * prime, 2n)
    const n = (2n ** 2047n / product) * product + product + 65537n
    expect(() => importKey({ ...rsa, n: encode(n) }, 'RS256')).toThrow(/ROCA/)
  })

  it('C04 refuses symmetric keys of less than 32 bytes', () => {
    expect(() => importKey({ kty: 'oct', k: encode(Buffer.alloc(31)) }, 'HS256')).toThrow(
      /32 bytes/,
    )
  })
})
