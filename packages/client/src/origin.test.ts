import { afterEach, describe, expect, it, vi } from 'vitest'
import { absolute, isConfidential, originOf } from './origin.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

const platformUrl = URL

/** React Native's, as far as it goes: no parts, and addresses that it changes. */
class HalfUrl {
  readonly href: string
  constructor(address: string, base?: string) {
    const joined = base === undefined ? address : base + address
    this.href = joined.endsWith('/') ? joined : `${joined}/`
  }
  get origin(): string {
    throw new Error('not implemented')
  }
}

const plain = [
  'https://api.example.com/items',
  'https://API.example.com/items?a=b#c',
  'http://127.0.0.1:8000',
  'http://[::1]:9/x',
  'https://a.example/\\@b.example/',
  'https://a.example?@b.example/',
  'https://a.example#@b.example/',
]

const odd = [
  'https://a.example\\@b.example/',
  'https://a.example@b.example/',
  'https://a.example:80@b.example/',
  'https:\\\\b.example/',
  'https:b.example/',
  'https:///b.example/',
  '//b.example/',
  'https://a.example\n.b.example/',
  '\thttps://a.example/',
  'https://a.example%2eb.example/',
  'https://ａ.example/',
  'https://a.example:/',
  'data:text/plain,x',
  'blob:https://a.example/x',
]

describe.each(['whole', 'half'])('with the platform’s URL %s', (kind) => {
  const use = () => vi.stubGlobal('URL', kind === 'half' ? HalfUrl : platformUrl)

  it.each(plain)('finds the origin of %j', (address) => {
    use()
    expect(originOf(absolute(address))).toBe(new platformUrl(address).origin)
  })

  it.each(odd)('takes %j for nothing else than the platform does', (address) => {
    use()
    const base = 'https://base.example/'
    const found = originOf(absolute(address, base))
    if (found !== undefined) expect(found).toBe(new platformUrl(address, base).origin)
  })

  it('puts a path to the origin of the base', () => {
    use()
    const address = absolute('/items?a=b', 'https://auth.example.com/under/')
    expect(address).toBe('https://auth.example.com/items?a=b')
  })
})

it('sends addresses as they were given where a URL would change them', () => {
  vi.stubGlobal('URL', HalfUrl)
  expect(absolute('https://api.example.com/items')).toBe('https://api.example.com/items')
})

it.each([
  ['https://api.example.com', true],
  ['http://localhost:8000', true],
  ['http://127.0.0.1', true],
  ['http://[::1]:80', true],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['http://api.example.com', false],
  ['', false],
])('of %j others can read nothing: %j', (origin, expected) => {
  expect(isConfidential(origin)).toBe(expected)
})
