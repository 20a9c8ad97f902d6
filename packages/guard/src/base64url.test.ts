import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBase64Url, decodeBase64Url as onAnyPlatform } from './base64url.js'
import { decodeBase64Url as onNode } from './base64url-node.js'

describe.each([
  ['any platform', onAnyPlatform],
  ['Node', onNode],
])('decodeBase64Url on %s', (_, decode) => {
  const decodeBase64Url = (text: string) => {
    const bytes = decode(text)
    return bytes && new Uint8Array(bytes)
  }

  it('decodes the canonical spelling of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeBase64Url(Buffer.from(bytes).toString('base64url'))).toEqual(bytes)
      }),
    )
  })

  it('B08 refuses every other spelling of the same bytes', () => {
    const nearby = fc.string({ unit: fc.constantFrom(...'AQgwxyz019-_+/= \n\0é') })
    fc.assert(
      fc.property(nearby, (text) => {
        const canonical = Buffer.from(text, 'base64url').toString('base64url') === text
        expect(decodeBase64Url(text) !== undefined).toBe(canonical)
      }),
      { numRuns: 2000 },
    )
  })

  it('B08 refuses bits that are not zero after the last byte', () => {
    expect(decodeBase64Url('AA')).toEqual(new Uint8Array(1))
    expect(decodeBase64Url('AB')).toBeUndefined()
    expect(decodeBase64Url('AAB')).toBeUndefined()
    expect(decodeBase64Url('A')).toBeUndefined()
  })
})

it('encodeBase64Url spells any bytes as others do', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(encodeBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
    }),
  )
})
