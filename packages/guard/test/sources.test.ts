import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = new URL('../src/', import.meta.url)
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))

const withText = (pattern: RegExp) =>
  sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name)

describe('the sources of the guard', () => {
  it('C09 compute a MAC in one place, which compares it in constant time', () => {
    expect(withText(/createHmac|subtle\.sign|\.digest\(/)).toEqual([
      'signature-node.ts',
      'testing.ts', // which signs with ECDSA, and compares nothing
    ])
    expect(withText(/timingSafeEqual\(signature, expected\)/)).toEqual(['signature-node.ts'])
  })

  it('know Node in two files only, so that the rest runs anywhere', () => {
    const ofNode = withText(/^import (?!type )[^;]*? from 'node:|\bBuffer\b|\bprocess\./m)
    expect(ofNode).toEqual(['base64url-node.ts', 'signature-node.ts'])
    expect(withText(/from 'node:/)).toEqual(['base64url-node.ts', 'node.ts', 'signature-node.ts'])
  })

  it('B04 C08 fetch in one place, which sets the limits', () => {
    expect(withText(/(?<!globalThis\.)\bfetch\(|XMLHttpRequest/)).toEqual(['download.ts'])
  })

  it('import nothing at run time but themselves, and jose once there is a key to decrypt with', () => {
    expect(withText(/^import (?!type )[^;]*? from '(?!\.|#|node:(?:crypto|buffer)')/m)).toEqual([])
    expect(withText(/\bimport\(/)).toEqual(['decryption-keys.ts'])
    expect(withText(/ = async \(\) => \{\n +const jose = await import\('jose'\)/)).toEqual([
      'decryption-keys.ts',
    ])
  })
})
