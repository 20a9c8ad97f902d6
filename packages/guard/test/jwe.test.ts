import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { importDecryptionKey } from '../src/decryption-keys.js'
import { openJwe } from '../src/jwe.js'
import { encrypted, type Recipient, recipients, sealedUnder } from './encryption.js'
import { encode } from './tokens.js'

/** Opens a token with a key that counts what it is asked to decrypt. */
async function open({ jwk }: Recipient, token: string) {
  let asked = 0
  const key = importDecryptionKey(jwk)
  const counting = {
    ...key,
    decrypt: (jwe: string) => {
      asked++
      return key.decrypt(jwe)
    },
  }
  return { opened: await openJwe(token, () => counting), asked }
}

const notEvenTried = { opened: undefined, asked: 0 }

/** The header with other members, and all else as it was. */
function withHeader(token: string, change: (header: Record<string, unknown>) => object): string {
  const [head = '', ...rest] = token.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString())
  return [encode(JSON.stringify(change(header))), ...rest].join('.')
}

describe('an encrypted token', () => {
  it.each(Object.entries<Recipient>(recipients))('is opened: %s', async (_, each) => {
    expect(await open(each, await encrypted(each, 'a.b.c'))).toEqual({ opened: 'a.b.c', asked: 1 })
  })

  it.each(Object.entries<Recipient>(recipients))(
    'C12 B16 is not even decrypted when it does not fit the key: %s',
    async (_, each) => {
      const token = await encrypted(each, 'a.b.c')
      const parts = token.split('.')
      for (const change of [
        { alg: 'ECDH-ES' },
        { alg: 'RSA-OAEP' },
        { alg: each.algorithm === 'dir' ? 'RSA-OAEP-256' : 'dir' },
        { enc: 'A128GCM' },
        { enc: 'A256CBC-HS512' },
        { cty: undefined },
        { zip: 'DEF' },
        { p2c: 1_000_000 },
        { kid: 1 },
      ]) {
        const changed = withHeader(token, (header) => ({ ...header, ...change }))
        expect([change, await open(each, changed)]).toEqual([change, notEvenTried])
      }
      for (const [index, length] of [
        [1, 39],
        [1, 257],
        [2, 11],
        [2, 13],
        [4, 15],
        [4, 17],
      ] as const) {
        const changed = parts.with(index, encode(randomBytes(length))).join('.')
        expect(await open(each, changed)).toEqual(notEvenTried)
      }
    },
  )

  it.each([recipients['P-256'], recipients.X25519])(
    'C03 C12 is not even decrypted with an ephemeral key that is not one of $jwk.crv',
    async (each) => {
      const token = await encrypted(each, 'a.b.c')
      const other = each === recipients.X25519 ? recipients['P-256'] : recipients.X25519
      for (const change of [
        { d: encode(randomBytes(32)) },
        { kid: 'x' },
        { kty: 'RSA' },
        { crv: other.jwk.crv },
        { x: encode(randomBytes(31)) },
        { x: undefined },
        { y: encode(randomBytes(32)) },
      ]) {
        const changed = withHeader(token, ({ epk, ...header }) => ({
          ...header,
          epk: { ...Object(epk), ...change },
        }))
        expect([change, await open(each, changed)]).toEqual([change, notEvenTried])
      }
    },
  )

  it('B16 is not even decrypted when it is longer than 16 kB', async () => {
    const header = '{"alg":"dir","enc":"A256GCM","cty":"JWT"}'
    const longest = 12_215
    for (const [length, expected] of [
      [longest, { opened: 'x'.repeat(longest), asked: 1 }],
      [longest + 1, notEvenTried],
    ] as const) {
      const token = sealedUnder(header, 'x'.repeat(length))
      expect([length, token.length > 16_384]).toEqual([length, length > longest])
      expect(await open(recipients.symmetric, token)).toEqual(expected)
    }
  })
})
