import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encode, type Signer, signers } from '../test/tokens.js'
import { inflate } from './inflate.js'
import type { KeySource } from './jwks.js'
import { importKey } from './keys.js'
import { platform } from './signature-node.js'
import {
  joinLists,
  type ListTerms,
  readStatusList,
  type StatusList,
  statusAt,
} from './status-list.js'

const now = 1_800_000_000
const uri = 'https://auth.example.com/status-lists/0'
const signer = signers.EdDSA
const key = importKey(platform, signer.jwk, 'EdDSA')
const keys: KeySource = (kid, alg) => (kid === signer.kid && alg === 'EdDSA' ? key : undefined)
const terms: ListTerms = { uri, keys, now, leeway: 30, inflate }

const goodHeader = { alg: 'EdDSA', kid: signer.kid, typ: 'statuslist+jwt' }
const goodClaims = { sub: uri, iat: now - 1, exp: now + 300, ttl: 5 }
const lst = (bytes: Uint8Array) => encode(deflateSync(bytes))
const goodList = { bits: 2, lst: lst(Uint8Array.of(0b11_10_01_00)) }

function listOf(claims: object = {}, header: object = {}, by: Signer = signer): string {
  const head = encode(JSON.stringify({ ...goodHeader, ...header }))
  const body = encode(JSON.stringify({ ...goodClaims, status_list: goodList, ...claims }))
  return `${head}.${body}.${encode(by.sign(`${head}.${body}`))}`
}

function placesOf(list: StatusList, indexes: readonly number[]): string[] {
  return indexes.map((index) => statusAt(list, index))
}

describe('a status list', () => {
  it('says of each place what is in its two bits, and refuses beyond its end', async () => {
    const list = await readStatusList(listOf(), terms)
    expect(list).toMatchObject({ issuedAt: now - 1, expiresAt: now + 300, ttl: 5 })
    expect(placesOf(list, [0, 1, 2, 3])).toEqual(['valid', 'revoked', 'revoked', 'changed'])
    for (const index of [4, 5, 2 ** 32, 2 ** 53 - 1]) expect(statusAt(list, index)).toBe('revoked')
  })

  it('of ten million places is two and a half million bytes, and not one more', async () => {
    const text = listOf({ status_list: { bits: 2, lst: lst(new Uint8Array(2 ** 18)) } })
    const { bytes, ...times } = await readStatusList(text, terms)
    expect([bytes.byteLength, bytes.buffer.byteLength]).toEqual([2 ** 18, 2 ** 18])
    expect(Object.keys(times)).toEqual(['issuedAt', 'expiresAt', 'ttl'])
  })

  // draft-ietf-oauth-status-list, section 4.1 ("Compressed Byte Array").
  it("reads the draft's example of two bits", async () => {
    const list = await readStatusList(
      listOf({ status_list: { bits: 2, lst: 'eNo76fITAAPfAgc' } }),
      terms,
    )
    expect([...list.bytes]).toEqual([0xc9, 0x44, 0xf9])
    const values = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    const meanings = ['valid', 'revoked', 'revoked', 'changed']
    expect(placesOf(list, [...values.keys()])).toEqual(values.map((value) => meanings[value]))
  })

  // draft-ietf-oauth-status-list, appendix "Test vectors for Status List encoding".
  it("reads the draft's test vector of a million places of two bits", async () => {
    const list = await readStatusList(
      listOf({ status_list: { bits: 2, lst: millionPlaces } }),
      terms,
    )
    const marked = new Map([
      [0, 1],
      [1993, 2],
      [25460, 1],
      [159495, 3],
      [495669, 1],
      [554353, 1],
      [645645, 2],
      [723232, 1],
      [854545, 1],
      [934534, 2],
      [1000345, 3],
    ])
    expect(list.bytes.length).toBe(2 ** 18)
    const expected = new Uint8Array(2 ** 18)
    for (const [index, value] of marked) {
      expected[index >> 2] = (expected[index >> 2] ?? 0) | (value << ((index & 3) * 2))
    }
    expect(Buffer.from(list.bytes).equals(expected)).toBe(true)
  })

  it.each<[string, string, RegExp]>([
    ['of another', listOf({}, {}, signers.ES256), /not signed/],
    ['without a signature', listOf({}, { alg: 'none' }), /not signed/],
    ['of an unknown key', listOf({}, { kid: 'other' }), /not signed/],
    ['without a type', listOf({}, { typ: undefined }), /type/],
    ['that is an access token', listOf({}, { typ: 'at+jwt' }), /type/],
    ['that is a JWT', listOf({}, { typ: 'JWT' }), /type/],
    ['of the CBOR form', listOf({}, { typ: 'statuslist+cwt' }), /type/],
    ['whose type is spelled otherwise', listOf({}, { typ: 'application/statuslist+jwt' }), /type/],
    ['with an extension that must be understood', listOf({}, { crit: ['x'] }), /not signed/],
    ['of another address', listOf({ sub: `${uri}1` }), /another list/],
    ['of no address', listOf({ sub: undefined }), /another list/],
    ['from the future', listOf({ iat: now + 31 }), /future/],
    ['of no time', listOf({ iat: undefined }), /when it holds/],
    ['of a time as text', listOf({ iat: '1' }), /when it holds/],
    ['that expires now', listOf({ exp: now }), /expired/],
    ['that never expires', listOf({ exp: undefined }), /when it holds/],
    ['without ttl', listOf({ ttl: undefined }), /ttl/],
    ['with a ttl of nothing', listOf({ ttl: 0 }), /ttl/],
    ['with a ttl below nothing', listOf({ ttl: -1 }), /ttl/],
    ['without a list', listOf({ status_list: undefined }), /no status_list/],
    ['with an array for a list', listOf({ status_list: [] }), /no status_list/],
    ['of one bit a place', listOf({ status_list: { ...goodList, bits: 1 } }), /two bits/],
    ['of four bits a place', listOf({ status_list: { ...goodList, bits: 4 } }), /two bits/],
    ['of two bits as text', listOf({ status_list: { ...goodList, bits: '2' } }), /two bits/],
    ['without places', listOf({ status_list: { bits: 2 } }), /base64url/],
    [
      'in padded base64',
      listOf({ status_list: { bits: 2, lst: `${goodList.lst}=` } }),
      /base64url/,
    ],
    ['followed by a new line', `${listOf()}\n`, /not signed/],
    ['cut short', listOf().slice(0, -1), /not signed/],
    ['of five parts', `${listOf()}.a.b`, /not signed/],
    ['of nothing', '', /not signed/],
    ['longer than a megabyte', listOf({ more: 'x'.repeat(2 ** 20) }), /not signed/],
  ])('is refused: one %s', async (_, text, reason) => {
    await expect(readStatusList(text, terms)).rejects.toThrow(reason)
  })

  const whole = deflateSync(Buffer.alloc(1000, 'abc'))
  it.each<[string, Uint8Array]>([
    ['cut short', whole.subarray(0, -5)],
    ['without its checksum', whole.subarray(0, -4)],
    ['with another checksum', Buffer.concat([whole.subarray(0, -4), Buffer.alloc(4)])],
    ['of nothing', Buffer.alloc(0)],
    ['of noise', Buffer.from('this is not compressed')],
    ['in the raw form', deflateRawSync(Buffer.alloc(1000))],
    ['in the form of gzip', gzipSync(Buffer.alloc(1000))],
    ['that goes on and on', deflateSync(Buffer.alloc(50_000_000))],
    ['of one byte more than may be', deflateSync(Buffer.alloc(2 ** 21 + 1))],
  ])('is refused with compressed places %s', async (_, bytes) => {
    const text = listOf({ status_list: { bits: 2, lst: encode(bytes) } })
    await expect(readStatusList(text, terms)).rejects.toThrow()
  })

  it('has the marks of both copies, and else is as the later one, whichever came first', () => {
    const copy = (issuedAt: number, ...bytes: number[]) => {
      return { issuedAt, expiresAt: issuedAt + 300, ttl: 5, bytes: Uint8Array.from(bytes) }
    }
    const [early, late] = [copy(1, 0b11_01_00_11, 0), copy(2, 0b01_00_10_00, 0)]
    const both = copy(2, 0b01_01_10_11, 0)
    expect(joinLists(undefined, early)).toBe(early)
    expect(joinLists(early, late)).toEqual(both)
    expect(joinLists(late, early)).toEqual(both)
    expect(joinLists(late, copy(1, 0b11_01_00_11))).toEqual(both)
  })
})

const millionPlaces =
  'eNrt2zENACEQAEEuoaBABP5VIO01fCjIHTMStt9ovGVIAAAAAABAbiEBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAEB5WwIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
  'AAAAAAAAAAAAAAAAAAAAAAAAAID0ugQAAAAAAAAAAAAAAAAAQG12SgAAAAAAAAAAAAAAAAAAAAAAAAAAAOCSIQEAAAAA' +
  'AAAAAAAAAAAAAAAAAAD8ExIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwJEuAQAAAAAAAAAAAAAAAAAAAAAA' +
  'AMB9SwIAAAAAAAAAAAAAAAAAAACoYUoAAAAAAAAAAAAAAEBqH81gAQw'
