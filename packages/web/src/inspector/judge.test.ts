import { createHmac } from 'node:crypto'
import { createGuard, type GuardOptions } from '@latchkey/guard'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  audience,
  encode,
  issuer,
  mint,
  mintText,
  noon,
  type Signer,
  signers,
} from '../../../guard/test/tokens.js'
import { type Circumstances, judge, judgeEncrypted } from './judge.js'
import { readToken } from './read-token.js'
import type { Terms } from './terms.js'

const published = [signers.EdDSA, signers.ES256, signers.RS256, signers.PS256]
const keys = published.map(({ jwk, kid, algorithm }) => ({
  ...jwk,
  kid,
  alg: algorithm,
  use: 'sig',
}))
const byKey = { type: 'at+jwt', audience } as const
const terms: Terms = { issuer, keys, byKey, bySecret: null, areEncrypted: false }
const shared = { ...terms, keys: [], byKey: null, bySecret: byKey }
const status = { status_list: { uri: `${issuer}/status-lists/1`, idx: 5 } }

const text = 'a secret of more than thirty-two characters'
const secretOptions = { secret: text, algorithms: ['HS256'] as const, issuer, typ: 'JWT' as const }

function sign(signer: Signer, claims: object = {}, header: object = {}): string {
  return mint(signer, { status, ...claims }, header)
}

function judged(text: string, by: Partial<Circumstances> = {}) {
  const token = readToken(text)
  if (typeof token !== 'object') throw new Error('it is no token')
  const all: Circumstances = { terms, secret: '', status: 'valid', now: noon * 1000, ...by }
  if (token.kind === 'signed') return judge(token, all)
  if (token.kind === 'encrypted') return judgeEncrypted(token, all.terms)
  throw new Error('it is another token')
}

async function codesOf(text: string, by?: Partial<Circumstances>) {
  const { reasons, doubts } = await judged(text, by)
  return [...reasons.map(({ code }) => code), ...doubts.map(({ code }) => `${code}?`)]
}

it.each(published)('takes a genuine token ($algorithm)', async (signer) => {
  expect(await judged(sign(signer))).toEqual({
    verdict: 'accepted',
    reasons: [],
    doubts: [],
    signature: 'good',
  })
})

describe('says why a token is refused', () => {
  const good = sign(signers.ES256)
  const [head = '', payload = '', signature = ''] = good.split('.')

  it.each<[string, string, string[]]>([
    ['expired', sign(signers.ES256, { exp: noon - 30 }), ['expired']],
    ['not yet valid', sign(signers.ES256, { nbf: noon + 31 }), ['notYet']],
    ['of another issuer', sign(signers.ES256, { iss: `${issuer}/` }), ['issuerOther']],
    ['for another API', sign(signers.ES256, { aud: ['a', 'b'] }), ['audienceOther']],
    ['of another type', sign(signers.ES256, {}, { typ: 'JWT' }), ['typeWrong']],
    ['of no type', sign(signers.ES256, {}, { typ: undefined }), ['typeMissing']],
    [
      'changed',
      `${head}.${encode('{}')}.${signature}`,
      ['signatureWrong', 'claimMissing', 'noPlace'],
    ],
    ['without a signature', `${head}.${payload}.`, ['signatureMissing']],
    ['with half a signature', `${head}.${payload}.AAAA`, ['signatureLength']],
    ['by a key that is not there', sign(signers.ES256, {}, { kid: 'x' }), ['keyUnknown']],
    ['by no key', sign(signers.ES256, {}, { kid: undefined }), ['keyNameMissing']],
    ['by a key that is no text', sign(signers.ES256, {}, { kid: 1 }), ['keyNameIsNoText']],
    [
      'with a key of another',
      sign(signers.RS256, {}, { kid: 'PS256-key' }),
      ['keyOfOtherAlgorithm'],
    ],
    [
      'unsigned',
      mintText(signers.ES256, '{"alg":"nOnE","typ":"at+jwt"}', '{}'),
      ['algorithmNone', 'claimMissing', 'noPlace'],
    ],
    ['by something unheard of', sign(signers.ES256, {}, { alg: ['ES256'] }), ['algorithmUnknown']],
    ['by nothing', sign(signers.ES256, {}, { alg: undefined }), ['algorithmMissing']],
    ['with an extension', sign(signers.ES256, {}, { crit: ['x'] }), ['headerAsksForMore']],
    ['without sub', sign(signers.ES256, { sub: undefined }), ['claimMissing']],
    ['with an exp of text', sign(signers.ES256, { exp: '1' }), ['claimKind']],
    ['without a place', sign(signers.ES256, { status: undefined }), ['noPlace']],
    [
      'with a place elsewhere',
      sign(signers.ES256, {
        status: { status_list: { uri: 'https://x.example/status-lists/1', idx: 5 } },
      }),
      ['placeElsewhere'],
    ],
    ['in two parts', `${head}.${payload}`, ['tooFewParts']],
    ['with a broken signature', `${head}.${payload}.x`, ['partCutShort']],
    ['by a secret', sign(signers.HS256), ['algorithmNotOurs', 'secretMissing?']],
  ])('%s', async (_, token, codes) => {
    expect(await codesOf(token)).toEqual(codes)
    expect((await judged(token)).verdict).toBe('refused')
  })

  it('all that is wrong at once, in the order of a guard', async () => {
    const worse = { sub: 1, aud: 'y', exp: noon - 60 }
    const [head, payload] = sign(signers.ES256, worse).split('.')
    const codes = ['signatureWrong', 'claimKind', 'audienceOther', 'expired', 'revoked']
    const token = `${head}.${payload}.${signature}`
    expect(await codesOf(token, { status: 'revoked' })).toEqual(codes)
  })

  it('of another server, without what follows from that', async () => {
    const token = sign(signers.ES256, { iss: 'x', aud: 'y', exp: noon - 60 }, { kid: 'x' })
    expect(await codesOf(token)).toEqual(['issuerOther', 'expired'])
  })

  it('revoked, or changed', async () => {
    for (const status of ['revoked', 'changed'] as const) {
      expect(await judged(good, { status })).toMatchObject({
        verdict: 'refused',
        reasons: [{ code: status }],
        signature: 'good',
      })
    }
  })
})

it('leaves clocks 30 seconds, as a guard does', async () => {
  expect(await codesOf(sign(signers.ES256, { exp: noon - 29, nbf: noon + 30 }))).toEqual([])
})

it('does not say what it can not know', async () => {
  const token = sign(signers.ES256)
  const unread = { verdict: 'unknown', reasons: [], signature: 'good' }
  expect(await judged(token, { status: undefined })).toMatchObject(unread)
  expect(await codesOf(token, { status: 'unknown' })).toEqual(['statusUnread?'])
  expect(await codesOf(token, { terms: undefined })).toEqual(['serverUnread?'])
  // What is wrong for everybody is wrong all the same.
  const late = await judged(sign(signers.ES256, { exp: 1 }), { terms: undefined })
  expect(late).toMatchObject({ verdict: 'refused', signature: 'unchecked' })
})

describe('a shared secret', () => {
  const signer = bySecret(text)

  it('is asked for, and verifies', async () => {
    const token = sign(signer)
    expect(await codesOf(token, { terms: shared })).toEqual(['secretMissing?'])
    expect(await codesOf(token, { terms: shared, secret: 'short' })).toEqual(['secretTooShort?'])
    expect(await judged(token, { terms: shared, secret: text })).toMatchObject({
      verdict: 'accepted',
      signature: 'good',
    })
    expect(await codesOf(token, { terms: shared, secret: `${text}!` })).toEqual(['signatureWrong'])
  })

  it('in the form of applications that know no other', async () => {
    const compatible = { ...shared, bySecret: { type: 'JWT', audience: null } as const }
    const by = { terms: compatible, secret: text }
    const bare = { aud: undefined, client_id: undefined, jti: undefined }
    expect(await codesOf(sign(signer, bare, { typ: undefined, kid: undefined }), by)).toEqual([])
    expect(await codesOf(sign(signer, {}, { typ: 'JWT' }), by)).toEqual(['audienceUnwanted'])
  })

  it('beside keys, for as long as they take over from it', async () => {
    const both = { ...terms, bySecret: { type: 'JWT', audience: null } as const }
    const token = sign(signer, { aud: undefined }, { typ: 'JWT' })
    expect(await codesOf(token, { terms: both, secret: text })).toEqual([])
    expect(await codesOf(sign(signers.EdDSA), { terms: both, secret: text })).toEqual([])
  })

  it('B03 is never a public key', async () => {
    const pem = JSON.stringify(signers.EdDSA.jwk)
    const forged = sign(bySecret(pem), {}, { kid: 'EdDSA-key' })
    expect(await judged(forged, { secret: pem })).toMatchObject({ verdict: 'refused' })
  })
})

describe('encryption', () => {
  const encrypted = { ...terms, areEncrypted: true }
  const jwe = (header: object) => `${encode(JSON.stringify(header))}.a2V5.aXY.dGV4dA.dGFn`
  const ours = jwe({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'JWT' })

  it('is seen, and that nobody here can look through it', async () => {
    expect(await judged(ours, { terms: encrypted })).toMatchObject({
      verdict: 'unknown',
      reasons: [],
      doubts: [{ code: 'encrypted' }],
    })
    expect(await codesOf(ours)).toEqual(['encryptedUnwanted', 'encrypted?'])
    const other = jwe({ alg: 'dir', enc: 'A128CBC-HS256' })
    expect(await codesOf(other, { terms: encrypted })).toEqual(['encryptedOtherwise', 'encrypted?'])
    expect(await codesOf('ü.a.b.c.d', { terms: encrypted })).toEqual([
      'partHasCharacter',
      'encrypted?',
    ])
  })

  it('is missed where it is asked for', async () => {
    expect(await judged(sign(signers.ES256), { terms: encrypted })).toMatchObject({
      verdict: 'refused',
      reasons: [{ code: 'signedOnly' }],
    })
  })
})

it.each<[string, Terms, GuardOptions, readonly Signer[]]>([
  ['by keys', terms, { jwks: { keys }, issuer, audience }, published],
  [
    'by a secret',
    { ...shared, bySecret: { type: 'JWT', audience: null } },
    { ...secretOptions, audience: null },
    [bySecret(text)],
  ],
  [
    'by a secret, for an audience',
    { ...shared, bySecret: { type: 'JWT', audience } },
    { ...secretOptions, audience },
    [bySecret(text)],
  ],
])(
  'finds a reason where a guard %s refuses, and none where it does not',
  async (_, terms, options, signers) => {
    const guard = createGuard({ ...options, now: () => noon * 1000 })
    const texts = [
      '',
      'x',
      'JWT',
      'at+jwt',
      'application/AT+JWT',
      issuer,
      audience,
      'none',
      'ES256',
    ]
    const numbers = [0, -1, noon, noon - 31, noon - 29, noon + 29, noon + 31, 1e12]
    const value = fc.oneof(
      fc.constantFrom<unknown>(...texts, ...numbers, null, true, undefined, [], {}, [audience, 1]),
      fc.constantFrom<unknown>([audience], ['x', audience]),
      fc.constant(undefined),
    )
    const claims = fc.dictionary(fc.constantFrom(...claimNames), value, { maxKeys: 2 })
    const header = fc.dictionary(fc.constantFrom(...headerNames), value, { maxKeys: 1 })
    const spelled = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text,
      (text) => text,
      (text) => text.slice(0, -1),
      (text) => `${text}A`,
      (text) => text.replace('.', '..'),
      (text) => text.replace(/.$/, 'B'),
      (text) => text.replace('eyJ', 'eyI'),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...signers),
        claims,
        header,
        spelled,
        async (signer, claims, header, spell) => {
          const token = spell(mint(signer, { status, ...claims }, header))
          const isTaken = await guard.verify(token).then(
            () => true,
            () => false,
          )
          const { verdict, reasons, doubts } = await judged(token, { terms, secret: text })
          expect(verdict).toBe(isTaken ? 'accepted' : 'refused')
          expect(reasons.length === 0, JSON.stringify(reasons)).toBe(isTaken)
          expect(reasons).not.toContainEqual({ code: 'unexplained' })
          expect(doubts).toEqual([])
        },
      ),
    )
  },
)

const claimNames = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'sid', 'auth_time'],
  ...['own', '__proto__'],
]
const headerNames = ['alg', 'typ', 'kid', 'crit', 'b64', 'zip', 'enc', 'cty', 'jwk', 'x5u']

function bySecret(text: string): Signer {
  const sign = (input: string) => createHmac('sha256', text).update(input).digest()
  return { algorithm: 'HS256', kid: 'secret', jwk: { kty: 'oct' }, sign }
}
