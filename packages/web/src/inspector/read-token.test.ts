import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ReadToken, readToken, type SignedToken } from './read-token.js'

const header = encode('{"alg":"ES256","typ":"at+jwt","kid":"k"}')
const payload = encode('{"sub":"user-1"}')
const signature = encode('s'.repeat(64))

function encode(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64url')
}

function signed(text: string): SignedToken {
  const token = readToken(text)
  if (typeof token !== 'object' || token.kind !== 'signed') throw new Error('it is not signed')
  return token
}

const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`

it.each<[string, string, object[]]>([
  ['a whole token', `${header}.${payload}.${signature}`, []],
  [
    'a character that does not belong',
    `${header}.eyJ+.${signature}`,
    [{ code: 'partHasCharacter', values: { part: 'payload', character: '+', position: 4 } }],
  ],
  [
    'a character of two halves',
    `${header}.${payload}.😀`,
    [{ code: 'partHasCharacter', values: { part: 'signature', character: '😀', position: 1 } }],
  ],
  [
    'a part that was cut',
    `${header}.eyJhb.${signature}`,
    [{ code: 'partCutShort', values: { part: 'payload' } }],
  ],
  [
    'bits that should be zero',
    `${header}.${payload}.QR`,
    [{ code: 'partHasSpareBits', values: { part: 'signature' } }],
  ],
  [
    'an empty part',
    `${header}..${signature}`,
    [{ code: 'partEmpty', values: { part: 'payload' } }],
  ],
  [
    'bytes that are no UTF-8',
    `${header}.${encode(Uint8Array.of(0x7b, 0xff, 0x7d))}.${signature}`,
    [{ code: 'partIsNoText', values: { part: 'payload' } }],
  ],
  [
    'no JSON',
    `${encode('{"alg":')}.${payload}.${signature}`,
    [{ code: 'partIsNoJson', values: { part: 'header' } }],
  ],
  [
    'a byte order mark',
    `${header}.${encode('\ufeff{}')}.${signature}`,
    [{ code: 'partIsNoJson', values: { part: 'payload' } }],
  ],
  [
    'JSON that is no object',
    `${header}.${encode('[1]')}.${signature}`,
    [{ code: 'partIsNoObject', values: { part: 'payload' } }],
  ],
  [
    'a name that is there twice',
    `${header}.${encode('{"sub":"a","s\\u0075b":"b"}')}.${signature}`,
    [{ code: 'memberTwice', values: { part: 'payload', member: 'sub' } }],
  ],
  [
    'a name that is there twice further down',
    `${header}.${encode('{"a":[{"__proto__":1,"b":{"b":2},"__proto__":3}]}')}.${signature}`,
    [{ code: 'memberTwice', values: { part: 'payload', member: '__proto__' } }],
  ],
  ['a part too few', `${header}.${payload}`, [{ code: 'tooFewParts', values: { count: 2 } }]],
  ['a header alone', header, [{ code: 'tooFewParts', values: { count: 1 } }]],
  [
    'a part too many',
    `${header}.${payload}.${signature}.x`,
    [{ code: 'tooManyParts', values: { count: 4 } }],
  ],
  [
    'a header of more than a kilobyte',
    `${encode(JSON.stringify({ kid: 'k'.repeat(1100) }))}.${payload}.${signature}`,
    [{ code: 'headerTooLong' }],
  ],
  [
    '100 kB, deeper than a stack',
    `${header}.${encode(deep)}.${signature}`,
    [{ code: 'tooLong', values: { length: 133_484, most: 8192 } }],
  ],
])('B08 B09 B16 says what is wrong with %s', (_, text, spelling) => {
  expect(signed(text).spelling).toEqual(spelling)
})

it('shows members as they were written, in their order', () => {
  const text = '{"__proto__":{"x":1}, "n" : 12345678901234567890123,"t":"}\\",{", "toString":1e400}'
  expect(signed(`${header}.${encode(text)}.${signature}`).claims).toEqual([
    { name: '__proto__', value: { x: 1 }, source: '{"x":1}' },
    { name: 'n', value: Number('12345678901234567890123'), source: '12345678901234567890123' },
    { name: 't', value: '}",{', source: '"}\\",{"' },
    { name: 'toString', value: Number.POSITIVE_INFINITY, source: '1e400' },
  ])
  expect(signed(`${header}.${encode('{}')}.${signature}`).claims).toEqual([])
  expect(signed(`${header}.${encode('[]')}.${signature}`).claims).toBeUndefined()
})

it('reads the session out of a refresh token, as the server writes it', () => {
  const bytes = Buffer.alloc(65)
  bytes.writeUInt8(1)
  bytes.fill(7, 9, 25)
  bytes.writeUInt32BE(4_000_000_000, 29)
  const read = (text: string) => readToken(text)
  const token = `lkr_${encode(bytes)}`
  const sessionId = Buffer.alloc(16, 7).toString('base64url')
  expect(read(token)).toMatchObject({ refresh: { sessionId, counter: 4_000_000_000 } })
  for (const other of [token.slice(0, -1), 'lkr_', 'lkr_ü', `lkr_${encode(bytes.fill(2, 0, 1))}`]) {
    expect(read(other)).toMatchObject({ kind: 'refresh', refresh: undefined })
  }
})

it('takes no more than it can look at', () => {
  expect(readToken('x'.repeat(256 * 1024 + 1))).toBe('tooMuch')
  expect(readToken('eyJ.'.repeat(64 * 1024))).toMatchObject({ kind: 'signed' })
})

it('reads whatever it is given', () => {
  const unit = fc.constantFrom(...'aZ0-_+/=.{}[]:,"\\ \n\0é\ufeff😀', '\ud800')
  const whole = fc.constantFrom(header, payload, signature, '', 'e', 'ey', '.', '"', '😀')
  const text = fc.array(fc.oneof(whole, fc.string({ unit }))).map((all) => all.join('.'))
  fc.assert(
    fc.property(text, (pasted) => {
      const token: ReadToken | 'tooMuch' | undefined = readToken(pasted)
      if (typeof token === 'object')
        expect(pasted.replace(/\s/g, '')).toContain(token.found.token.replace(/\s/g, ''))
    }),
  )
})
