import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  databaseUrl,
  duration,
  Fault,
  hs256Secret,
  issuer,
  oneOf,
  onOff,
  scopeTable,
  secretKey,
  type Value,
  wholeNumber,
} from './values.js'

const refused = expect.any(Fault)

describe('an issuer', () => {
  it.each([
    'https://auth.example.com',
    'https://auth.example.com/auth',
    'https://auth.example.com:8443/a/b',
    'https://xn--bcher-kva.example',
    'http://127.0.0.1:8000',
    'http://localhost:8000/auth',
    'http://[::1]:8000',
  ])('may be %s', (given) => {
    expect(issuer.parse(given)).toBe(given)
  })

  it.each([
    'http://auth.example.com',
    'http://localhost.example.com',
    'http://0.0.0.0:8000',
    'https://auth.example.com/',
    'https://auth.example.com/auth/',
    'https://auth.example.com?a=b',
    'https://auth.example.com?',
    'https://auth.example.com#a',
    'https://auth.example.com#',
    'https://user@auth.example.com',
    'https://user:password@auth.example.com',
    'https://:password@auth.example.com',
    'https://@auth.example.com',
    'https:auth.example.com',
    'https:\\\\auth.example.com',
    'https://auth.example.com/a/../b',
    'https://auth.example.com\n',
    ' https://auth.example.com',
    'auth.example.com',
    'ftp://127.0.0.1',
    'javascript:alert(1)',
    'https://',
  ])('L01 may not be %j', (given) => {
    expect(issuer.parse(given)).toEqual(refused)
  })

  it.each([
    ['https://Auth.example.com', 'https://auth.example.com'],
    ['https://auth.example.com:443', 'https://auth.example.com'],
    ['https://bücher.example/auth', 'https://xn--bcher-kva.example/auth'],
    ['http://127.1:8000', 'http://127.0.0.1:8000'],
  ])('%s should be written %s', (given, usual) => {
    expect(issuer.parse(given)).toEqual(new Fault(`should be written ${usual}`))
  })

  it('is what a URL parser would make of it, whatever is given', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['http', 'https'] }), (given) => {
        const read = issuer.parse(given)
        if (read instanceof Fault) return
        expect(new URL(read).href.replace(/\/$/, '')).toBe(given)
      }),
    )
  })
})

describe('a duration', () => {
  const value = duration('10s', '2d')

  it.each([
    ['10s', 10],
    ['30m', 1800],
    ['12h', 43_200],
    ['2d', 172_800],
    ['090s', 90],
  ])('%s is %i seconds', (given, seconds) => {
    expect(value.parse(given)).toBe(seconds)
  })

  it.each([
    '9s',
    '0s',
    '3d',
    '172801s',
    '30',
    '30 m',
    '-30m',
    '1.5h',
    '1h30m',
    '30M',
    'm',
    '1e3s',
    '٣m',
  ])('%j is none from 10 seconds to 2 days', (given) => {
    expect(value.parse(given)).toEqual(
      new Fault('should be a duration from 10s to 2d, such as 30m, 12h or 90d'),
    )
  })
})

describe('the master secret', () => {
  const bytes = Buffer.from(Array.from({ length: 33 }, (_, at) => at * 7))

  it.each([
    ['hex', bytes.toString('hex')],
    ['upper-case hex', bytes.toString('hex').toUpperCase()],
    ['base64url', bytes.toString('base64url')],
    ['base64', bytes.toString('base64')],
    ['base64 with padding', bytes.subarray(0, 32).toString('base64')],
  ])('is read from %s', (_, given) => {
    expect([bytes, bytes.subarray(0, 32)]).toContainEqual(secretKey.parse(given))
  })

  it.each([
    bytes.subarray(0, 31).toString('hex'),
    bytes.subarray(0, 31).toString('base64url'),
    '',
    'correct horse battery staple correct horse battery staple',
    `${bytes.toString('hex')} `,
  ])('L01 is not read from %j', (given) => {
    expect(secretKey.parse(given)).toEqual(refused)
  })
})

describe('the secret for HS256', () => {
  it('C04 has 32 bytes or more of UTF-8', () => {
    const most = 'q7n4x9m3t6b0z1c8h4j2k8v2w5r1p3d'
    expect(hs256Secret.parse(most)).toEqual(refused)
    expect(hs256Secret.parse(`${most}y`)).toBe(`${most}y`)
    expect(hs256Secret.parse('ü9'.repeat(10))).toEqual(refused)
    expect(hs256Secret.parse('ü9'.repeat(11))).toBe('ü9'.repeat(11))
  })
})

describe('scopes', () => {
  it('are read with what they allow', () => {
    expect(scopeTable.parse(' items:read = See the items ;items:write=Change a=b; ;')).toEqual(
      new Map([
        ['items:read', 'See the items'],
        ['items:write', 'Change a=b'],
      ]),
    )
    expect(scopeTable.parse('')).toEqual(new Map())
  })

  it.each([
    'items',
    'items=',
    '=See',
    'a b=See',
    'a=1;a=2',
    'ä=See',
    'a"=See',
    `${'a'.repeat(65)}=See`,
  ])('are not read from %j', (given) => {
    expect(scopeTable.parse(given)).toEqual(refused)
  })
})

describe('other values', () => {
  const cases: [string, Value<unknown>, string, unknown][] = [
    ['a number', wholeNumber(1, 256), '256', 256],
    ['a number too small', wholeNumber(1, 256), '0', refused],
    ['a number too large', wholeNumber(1, 256), '257', refused],
    ['half a number', wholeNumber(1, 256), '1.5', refused],
    ['a number with a sign', wholeNumber(0, 256), '-0', refused],
    ['a number in hex', wholeNumber(1, 256), '0x10', refused],
    ['a switch', onOff, 'on', true],
    ['a switch that is off', onOff, 'off', false],
    ['a switch in other words', onOff, 'true', refused],
    ['a choice', oneOf('id', 'username'), 'username', 'username'],
    ['a choice in another case', oneOf('id', 'username'), 'ID', refused],
    ['SQLite', databaseUrl, 'sqlite:./data/a b.db', 'sqlite:./data/a b.db'],
    ['SQLite in memory', databaseUrl, 'sqlite::memory:', 'sqlite::memory:'],
    ['PostgreSQL', databaseUrl, 'postgresql://u:p@db:5432/x', 'postgresql://u:p@db:5432/x'],
    ['another database', databaseUrl, 'mysql://db/x', refused],
    ['SQLite without path', databaseUrl, 'sqlite:', refused],
    ['PostgreSQL with a broken address', databaseUrl, 'postgres://db:x:y', refused],
  ]

  it.each(cases)('%s', (_, value, given, expected) => {
    expect(value.parse(given)).toEqual(expected)
  })
})
