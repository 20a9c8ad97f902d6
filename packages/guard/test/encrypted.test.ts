import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createGuardOn, type Guard } from '../src/guard.js'
import type { GuardOptions } from '../src/options.js'
import type { SignaturePlatform } from '../src/signature.js'
import { encrypted, publicHalf, type Recipient, recipients, sealedUnder } from './encryption.js'
import {
  allKeys,
  audience,
  encode,
  goodClaims,
  issuer,
  mint,
  noon,
  platforms,
  signers,
} from './tokens.js'

const signed = mint(signers.EdDSA)

/** Checklist B15: whatever is wrong with a token, this is all that anybody learns. */
const theOneRefusal = {
  code: 'invalid_token',
  status: 401,
  detail: 'The access token is invalid or has expired',
  challenge:
    'Bearer error="invalid_token", error_description="The access token is invalid or has expired"',
}

function guardOf(platform: SignaturePlatform, more: Partial<GuardOptions>): Guard {
  const keys = allKeys(platform)
  return createGuardOn(platform, { keys, issuer, audience, now: () => noon * 1000, ...more })
}

const everyRecipient = Object.entries<Recipient>(recipients)

describe.each(platforms)('encrypted tokens at a guard on %s', (_, platform) => {
  it.each(everyRecipient)('are opened with the private key (%s)', async (_, each) => {
    const guard = guardOf(platform, { decryptionKey: each.jwk })
    const principal = await guard.verify(await encrypted(each, signed), ['items:read'])
    expect(principal).toMatchObject({ subject: 'user-1', claims: goodClaims })
  })

  it.each(everyRecipient)('need not name the only key that there is (%s)', async (_, each) => {
    const token = await encrypted(each, signed, { kid: undefined, typ: 'JWT' })
    for (const kid of [each.jwk.kid, undefined]) {
      const guard = guardOf(platform, { decryptionKey: { ...each.jwk, kid } })
      await expect(guard.verify(token)).resolves.toBeDefined()
    }
  })

  it('C02 name their key by whatever kid it has', async () => {
    for (const kid of ['x'.repeat(510), 'ключ', '"\\', '__proto__']) {
      const { algorithm, jwk } = recipients['P-256']
      const named = { algorithm, jwk: { ...jwk, kid } }
      const guard = guardOf(platform, { decryptionKey: [named.jwk, recipients.RSA.jwk] })
      await expect(guard.verify(await encrypted(named, signed)), kid).resolves.toBeDefined()
    }
  })

  it('are opened once, and answered at once and with the same principal from then on', async () => {
    let verified = 0
    const keys = allKeys(platform)
    const guard = guardOf(platform, {
      decryptionKey: recipients['P-256'].jwk,
      keys: (kid, alg) => keys(kid, alg),
      status: () => {
        verified++
        return 'valid'
      },
    })
    const token = await encrypted(recipients['P-256'], signed)
    const first = guard.authenticate([`Bearer ${token}`])
    expect(first).toBeInstanceOf(Promise)
    const principal = await first
    expect(guard.authenticate([`Bearer ${token}`])).toBe(principal)
    expect(verified).toBe(2)
  })

  it('B17 go with the key that signed what is in them, seen before or not', async () => {
    const keys = allKeys(platform)
    let retired = false
    const guard = guardOf(platform, {
      decryptionKey: recipients.symmetric.jwk,
      keys: (kid, alg) => (retired ? undefined : keys(kid, alg)),
    })
    const token = await encrypted(recipients.symmetric, signed)
    await expect(guard.verify(token)).resolves.toBeDefined()
    retired = true
    await expect(guard.verify(token)).rejects.toMatchObject(theOneRefusal)
  })

  it('C12 are refused by a guard that was given no key', async () => {
    const guard = guardOf(platform, {})
    for (const [, each] of everyRecipient) {
      await expect(guard.verify(await encrypted(each, signed))).rejects.toMatchObject(theOneRefusal)
    }
  })

  it('are the only ones taken, unless allowSigned', async () => {
    const { jwk } = recipients.symmetric
    const token = await encrypted(recipients.symmetric, signed)
    for (const allowSigned of [undefined, false, true]) {
      const guard = guardOf(platform, { decryptionKey: jwk, allowSigned })
      await expect(guard.verify(token)).resolves.toBeDefined()
      if (allowSigned) await expect(guard.verify(signed)).resolves.toBeDefined()
      else await expect(guard.verify(signed)).rejects.toMatchObject(theOneRefusal)
    }
  })

  it('are opened with the right one of several keys', async () => {
    const decryptionKey = everyRecipient.map(([, { jwk }]) => jwk)
    const guard = guardOf(platform, { decryptionKey })
    for (const [, each] of everyRecipient) {
      await expect(guard.verify(await encrypted(each, signed))).resolves.toBeDefined()
      const nameless = await encrypted(each, signed, { kid: undefined })
      await expect(guard.verify(nameless)).rejects.toMatchObject(theOneRefusal)
    }
  })

  it('pass nothing that would not pass signed', async () => {
    const guard = guardOf(platform, { decryptionKey: recipients.symmetric.jwk })
    const [head, payload] = signed.split('.')
    for (const inner of [
      mint(signers.EdDSA, { exp: noon - 31 }),
      mint(signers.EdDSA, { aud: 'https://other.example' }),
      mint(signers.EdDSA, {}, { typ: 'JWT' }),
      mint(signers.EdDSA, {}, { cty: 'JWT' }),
      `${head}.${payload}.${encode(randomBytes(64))}`,
      `${encode('{"alg":"none"}')}.${payload}.`,
      `${signed}\n`,
      ` ${signed}`,
      `\u00ff${signed}`,
      `\ufeff${signed}`,
      JSON.stringify(goodClaims),
      '',
    ]) {
      const token = await encrypted(recipients.symmetric, inner)
      await expect(guard.verify(token), inner).rejects.toMatchObject(theOneRefusal)
    }
    await expect(guard.verify(await encrypted(recipients.symmetric, signed))).resolves.toBeDefined()
  })

  it('go by status, leeway and scopes as signed ones do', async () => {
    const decryptionKey = recipients.symmetric.jwk
    const token = await encrypted(recipients.symmetric, signed)
    await expect(
      guardOf(platform, { decryptionKey, status: () => 'changed' }).verify(token),
    ).rejects.toMatchObject({ challenge: expect.stringMatching(/claims changed/) })
    await expect(guardOf(platform, { decryptionKey }).verify(token, ['x'])).rejects.toMatchObject({
      code: 'insufficient_scope',
    })
  })
})

/** Right in every byte but for what the header says, for the symmetric key. */
const headers: readonly (readonly [string, string])[] = [
  ['no cty', '{"alg":"dir","enc":"A256GCM","kid":"shared"}'],
  ['another cty', '{"alg":"dir","enc":"A256GCM","cty":"JSON","kid":"shared"}'],
  ['a cty that is a list', '{"alg":"dir","enc":"A256GCM","cty":["JWT"],"kid":"shared"}'],
  ['another enc', '{"alg":"dir","enc":"A256CBC-HS512","cty":"JWT","kid":"shared"}'],
  ['no enc', '{"alg":"dir","cty":"JWT","kid":"shared"}'],
  ['an enc in small letters', '{"alg":"dir","enc":"a256gcm","cty":"JWT","kid":"shared"}'],
  ['no alg', '{"enc":"A256GCM","cty":"JWT","kid":"shared"}'],
  ['another alg', '{"alg":"A256KW","enc":"A256GCM","cty":"JWT","kid":"shared"}'],
  ['an alg in capitals', '{"alg":"DIR","enc":"A256GCM","cty":"JWT","kid":"shared"}'],
  ['the alg of a property of objects', '{"alg":"constructor","enc":"A256GCM","cty":"JWT"}'],
  ['compression', '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared","zip":"DEF"}'],
  [
    'a critical extension',
    '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared","crit":["x"],"x":1}',
  ],
  ['an empty crit', '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared","crit":[]}'],
  ['a count of rounds', '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared","p2c":1}'],
  ['the address of a key', '{"alg":"dir","enc":"A256GCM","cty":"JWT","jku":"https://x.example"}'],
  [
    'a key that it brings along',
    '{"alg":"dir","enc":"A256GCM","cty":"JWT","jwk":{"kty":"oct","k":"AA"}}',
  ],
  [
    'an ephemeral key without need',
    '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared","epk":{"kty":"OKP"}}',
  ],
  ['another kid', '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"other"}'],
  ['an empty kid', '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":""}'],
  ['a kid that is no text', '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":["shared"]}'],
  ['the kid of a prototype', '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"__proto__"}'],
  ['alg twice', '{"alg":"RSA1_5","alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared"}'],
  ['alg twice, once escaped', '{"alg":"dir","\\u0061lg":"dir","enc":"A256GCM","cty":"JWT"}'],
  ['a header that is a list', '["dir"]'],
  ['a byte order mark', '\ufeff{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared"}'],
  [
    'a header of more than 1 kB',
    `{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared"${' '.repeat(1024)}}`,
  ],
]

const goodHeader = '{"alg":"dir","enc":"A256GCM","cty":"JWT","kid":"shared"}'

describe('bad encrypted tokens', () => {
  const [, platform] = platforms[0] ?? expect.fail('there is no platform')
  let guard: Guard
  beforeAll(() => {
    guard = guardOf(platform, { decryptionKey: everyRecipient.map(([, { jwk }]) => jwk) })
  })

  async function expectRefused(token: string, what = token.slice(0, 300)): Promise<void> {
    await expect(guard.verify(token), what).rejects.toMatchObject(theOneRefusal)
  }

  it('C12 are none of those that only differ in how cty is written (RFC 7519 section 5.2)', async () => {
    for (const cty of ['JWT', 'jwt', 'application/JWT']) {
      const token = sealedUnder(goodHeader.replace('"JWT"', JSON.stringify(cty)), signed)
      await expect(guard.verify(token)).resolves.toBeDefined()
    }
  })

  it.each(headers)('C12 B09 B16 are refused for %s', async (_, header) => {
    // A guard with the one key, too, which a token need not name.
    const alone = guardOf(platform, { decryptionKey: recipients.symmetric.jwk })
    await expectRefused(sealedUnder(header, signed))
    await expect(alone.verify(sealedUnder(header, signed))).rejects.toMatchObject(theOneRefusal)
  })

  it('C12 are refused with a content key where there is to be none', async () => {
    for (const encryptedKey of ['AA', encode(randomBytes(40)), encode(randomBytes(32))]) {
      await expectRefused(sealedUnder(goodHeader, signed, encryptedKey))
    }
  })

  it.each(everyRecipient)('C12 B15 are refused when any part is changed (%s)', async (_, each) => {
    const token = await encrypted(each, signed)
    await expect(guard.verify(token)).resolves.toBeDefined()
    const parts = token.split('.')
    for (const index of parts.keys()) {
      for (const change of [flipped, (part: string) => part.slice(0, -4), () => 'AAAA', () => '']) {
        const changed = parts.with(index, change(parts[index] ?? '')).join('.')
        if (changed !== token) await expectRefused(changed)
      }
    }
  })

  it.each(everyRecipient)('B08 are refused in any other spelling (%s)', async (_, each) => {
    const token = await encrypted(each, signed)
    const parts = token.split('.')
    for (const [index, part] of parts.entries()) {
      for (const spelling of [`${part}=`, `${part}\n`, ` ${part}`, `+${part}`, `${part}A`]) {
        await expectRefused(parts.with(index, spelling).join('.'), spelling)
      }
    }
    for (const text of [`${token}.`, `.${token}`, `${token}.AAAA`, parts.slice(0, 4).join('.')]) {
      await expectRefused(text)
    }
  })

  it('B08 B15 are refused with any one character changed, left out or put in', async () => {
    const token = sealedUnder(goodHeader, signed)
    const change = fc.record({
      index: fc.nat(token.length - 1),
      cut: fc.constantFrom(0, 1),
      text: fc.constantFrom('', 'A', 'Q', '_', '-', '.', '=', '+', '/', '\n', '\0', 'é'),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ index, cut, text }) => {
        const changed = token.slice(0, index) + text + token.slice(index + cut)
        if (changed !== token) await expectRefused(changed)
      }),
    )
  })

  it('B08 are refused with trailing bits that mean nothing', async () => {
    const token = sealedUnder(goodHeader, signed)
    // A tag of 16 bytes ends in a character with four bits that are not used.
    const last = token.at(-1) ?? ''
    const next = { A: 'B', Q: 'R', g: 'h', w: 'x' }[last] ?? expect.fail(`it ends in ${last}`)
    await expectRefused(`${token.slice(0, -1)}${next}`)
  })

  it('C12 are refused when they were made for another key', async () => {
    const strangers: Recipient[] = [
      stranger('P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      stranger('X25519', generateKeyPairSync('x25519').privateKey),
      stranger('RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
      stranger('RSA', generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey),
      {
        algorithm: 'dir',
        jwk: { kty: 'oct', kid: 'shared', k: randomBytes(32).toString('base64url') },
      },
    ]
    for (const each of strangers) await expectRefused(await encrypted(each, signed))
  })

  it('C12 are refused under an algorithm that their key is not for', async () => {
    const symmetric = { ...recipients.symmetric.jwk }
    const rsa = recipients.RSA.jwk
    const ec = recipients['P-256'].jwk
    for (const [jwk, alg, enc] of [
      [symmetric, 'A256KW', 'A256GCM'],
      [symmetric, 'A256GCMKW', 'A256GCM'],
      [rsa, 'RSA-OAEP', 'A256GCM'],
      [rsa, 'RSA-OAEP-512', 'A256GCM'],
      [rsa, 'RSA-OAEP-256', 'A128GCM'],
      [rsa, 'RSA-OAEP-256', 'A256CBC-HS512'],
      [ec, 'ECDH-ES', 'A256GCM'],
      [ec, 'ECDH-ES+A128KW', 'A256GCM'],
      [ec, 'ECDH-ES+A256KW', 'A192GCM'],
    ] as const) {
      await expectRefused(
        await encrypted({ algorithm: 'dir', jwk }, signed, { alg, enc }),
        `${alg} ${enc}`,
      )
    }
    const guessed = { algorithm: 'dir', jwk: symmetric } as const
    await expectRefused(
      await encrypted(guessed, signed, { alg: 'PBES2-HS256+A128KW' }),
      'a password',
    )
  })

  it('C03 C12 are refused with an ephemeral key that lies elsewhere, or is private', async () => {
    for (const each of [recipients['P-256'], recipients.X25519]) {
      const token = await encrypted(each, signed)
      const [head = '', ...rest] = token.split('.')
      const header = JSON.parse(Buffer.from(head, 'base64url').toString())
      const other = each === recipients.X25519 ? recipients['P-256'] : recipients.X25519
      for (const epk of [
        undefined,
        null,
        'x',
        [],
        {},
        { ...header.epk, d: header.epk.x },
        { ...header.epk, kid: 'x' },
        { ...header.epk, crv: 'P-384' },
        { ...header.epk, kty: 'oct' },
        { ...header.epk, x: encode(Buffer.alloc(32)) },
        { ...header.epk, x: `${header.epk.x}A` },
        { ...header.epk, x: encode(Buffer.alloc(31, 7)) },
        { ...header.epk, y: encode(Buffer.alloc(32, 7)) },
        { ...header.epk, x: 7 },
        publicHalf(other.jwk),
      ]) {
        const changed = encode(JSON.stringify({ ...header, epk }))
        await expectRefused([changed, ...rest].join('.'), JSON.stringify(epk))
      }
    }
  })

  it('are refused with an X25519 key of small order, for which the secret is known', async () => {
    const [head = '', ...rest] = (await encrypted(recipients.X25519, signed)).split('.')
    const header = JSON.parse(Buffer.from(head, 'base64url').toString())
    for (const hex of smallOrder) {
      const epk = { ...header.epk, x: Buffer.from(hex, 'hex').toString('base64url') }
      await expectRefused([encode(JSON.stringify({ ...header, epk })), ...rest].join('.'), hex)
    }
  })

  it('C12 are refused when they hold another encrypted one', async () => {
    for (const [, each] of everyRecipient) {
      await expectRefused(await encrypted(recipients.symmetric, await encrypted(each, signed)))
      await expectRefused(await encrypted(each, sealedUnder(goodHeader, signed)))
    }
  })

  it('B16 are refused when they are longer than 16 kB, or hold more than 8 kB', async () => {
    const withSub = (length: number) => mint(signers.EdDSA, { sub: 'x'.repeat(length) })
    const longest = (8192 - withSub(0).length) * 0.75
    const fits = sealedUnder(goodHeader, withSub(Math.floor(longest) - 3))
    await expect(guard.verify(fits)).resolves.toBeDefined()
    await expectRefused(sealedUnder(goodHeader, withSub(Math.ceil(longest) + 3)), '8 kB')
    await expectRefused(sealedUnder(goodHeader, 'x'.repeat(16_384)), '16 kB')
    await expectRefused('.'.repeat(1_000_000), 'dots')
    await expectRefused(`${'A'.repeat(5_000_000)}.A.A.A.A`, '5 MB')
  })
})

const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

function flipped(part: string): string {
  return `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`
}

/** A key of the same name and kind that the guard has not. */
function stranger(name: 'P-256' | 'X25519' | 'RSA', key: KeyObject): Recipient {
  const { algorithm, jwk } = recipients[name]
  return { algorithm, jwk: { ...key.export({ format: 'jwk' }), kid: jwk.kid } }
}
