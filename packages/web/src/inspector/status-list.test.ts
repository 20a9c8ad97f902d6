import { deflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { statusIn } from './status-list.js'

const now = 1_800_000_000
// Of four places a byte, the first in its lowest bits: 0, 1, 2, 3.
const bytes = Uint8Array.of(0b11_10_01_00, 0)
const places = { bits: 2, lst: deflateSync(bytes).toString('base64url') }

function list(claims: object): string {
  const payload = { exp: now + 300, ttl: 5, status_list: places, ...claims }
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.AA`
}

it.each([
  [0, 'valid'],
  [1, 'revoked'],
  [2, 'revoked'],
  [3, 'changed'],
  [7, 'valid'],
  [8, 'revoked'],
  [2 ** 40, 'revoked'],
])('reads place %d as a guard does', async (index, status) => {
  expect(await statusIn(list({}), index)).toEqual({ status, ttl: 5, expiresAt: now + 300 })
})

it('takes nothing else for a list', async () => {
  const others = [
    '',
    'a.b.c',
    list({ exp: '1' }),
    list({ ttl: undefined }),
    list({ status_list: null }),
    list({ status_list: { ...places, bits: 1 } }),
    list({ status_list: { bits: 2, lst: 'ü' } }),
    list({ status_list: { bits: 2, lst: 'AAAA' } }),
  ]
  for (const other of others) await expect(statusIn(other, 0)).rejects.toThrow()
})
