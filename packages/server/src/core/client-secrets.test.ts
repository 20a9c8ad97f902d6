import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestOf, isSecretOf, makeClientSecret } from './client-secrets.js'

describe('D07 secrets of clients', () => {
  it('have 256 random bits, and say what they are', () => {
    const secrets = Array.from({ length: 1_000 }, makeClientSecret)
    expect(new Set(secrets).size).toBe(1_000)
    for (const secret of secrets) expect(secret).toMatch(/^lks_[\w-]{43}$/)
  })

  it('fit any of their client’s digests, wherever it stands', () => {
    const [first, second, third, other] = Array.from({ length: 4 }, makeClientSecret)
    if (!first || !second || !third || !other) throw new Error('There are four')
    const digests = [first, second, third].map(digestOf)
    for (const secret of [first, second, third]) expect(isSecretOf(digests, secret)).toBe(true)
    expect(isSecretOf(digests, other)).toBe(false)
  })

  it('fit nothing where there are no digests', () => {
    expect(isSecretOf([], makeClientSecret())).toBe(false)
    expect(isSecretOf([], '')).toBe(false)
  })

  it('are kept as a digest that shows nothing of them', () => {
    const secret = makeClientSecret()
    expect(digestOf(secret)).toMatch(/^[\da-f]{64}$/)
    // SHA-256 of the empty text, from FIPS 180-4's examples.
    expect(digestOf('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('are not fitted by any other text, of whatever form', () => {
    const secret = makeClientSecret()
    const digests = [digestOf(secret)]
    for (const near of [
      '',
      secret.slice(0, -1),
      `${secret} `,
      secret.toUpperCase(),
      digests.join(),
    ]) {
      expect(isSecretOf(digests, near)).toBe(false)
    }
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
    fc.assert(fc.property(text, (other) => !isSecretOf(digests, other)))
  })
})
