import { createHmac, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createGuard, type Guard, type GuardOptions } from '../src/index.js'
import {
  asymmetric,
  audience,
  encode,
  issuer,
  mint,
  mintText,
  noon,
  secret,
  signers,
} from './tokens.js'
import { readVectors, vectorsAbsent } from './vectors.js'

const now = () => noon * 1000
const keys = () => undefined
const jwks = { keys: [{ ...signers.ES256.jwk, kid: signers.ES256.kid }] }
const compatible = { secret, algorithms: ['HS256'], typ: 'JWT' } as const
const symmetricKey = { kty: 'oct', kid: 'a', k: secret.toString('base64url') }
const listed = { jwks, issuer, audience, statusLists: `${issuer}/lists` }
const refused = { code: 'invalid_token' }

/** Options as a caller without types might write them. */
function make(options: unknown): Guard {
  return Reflect.apply(createGuard, undefined, [options])
}

describe('createGuard', () => {
  it.each<[string, unknown]>([
    ['no options', undefined],
    ['null', null],
    ['neither keys nor issuer', { audience }],
    ['an issuer alone that is no URL', { issuer: 'auth.example.com', audience }],
    ['an issuer alone without audience', { issuer }],
    ['an issuer alone that is a function', { issuer: () => issuer, audience }],
    ['an issuer alone without https', { issuer: 'http://auth.example.com', audience }],
    ['an issuer alone with a query', { issuer: `${issuer}?a`, audience }],
    ['an issuer alone with credentials', { issuer: 'https://a:b@auth.example.com', audience }],
    ['an issuer alone with HS256', { issuer, audience, algorithms: ['HS256'] }],
    ['an issuer alone and a status', { issuer, audience, status: () => 'valid' }],
    ['an issuer alone and status lists', { issuer, audience, statusLists: `${issuer}/lists` }],
    ['status lists beside a status', { ...listed, status: () => 'valid' }],
    ['status lists elsewhere', { ...listed, statusLists: 'https://other.example/lists' }],
    ['status lists that are no URL', { ...listed, statusLists: true }],
    ['status lists of an issuer that is no URL', { ...listed, issuer: 'auth' }],
    ['status lists of no issuer', { ...compatible, statusLists: `${issuer}/lists` }],
    ['a fetch that is no function', { issuer, audience, fetch: 'fetch' }],
    ['a fetch that is never used', { jwks, issuer, audience, fetch }],
    ['a listener for faults that there can not be', { jwks, issuer, audience, onFault: () => {} }],
    ['two kinds of keys', { keys, jwks, issuer, audience }],
    ['an unknown option', { keys, issuer, audience, audiences: [] }],
    ['issuer without audience', { keys, issuer }],
    ['issuer without audience beside a secret', { ...compatible, issuer }],
    ['audience without issuer', { keys, audience }],
    ['neither, for tokens by RFC 9068', { secret, algorithms: ['HS256'] }],
    ['audience null for tokens by RFC 9068', { keys, issuer, audience: null }],
    ['an empty issuer', { keys, issuer: '', audience }],
    ['an issuer that is a list', { keys, issuer: [issuer], audience }],
    ['an audience that is a pattern', { keys, issuer, audience: /api/ }],
    ['an empty list of audiences', { keys, issuer, audience: [] }],
    ['a list of audiences with an empty one', { keys, issuer, audience: [audience, ''] }],
    ['keys that are no function', { keys: {}, issuer, audience }],
    ['jwks that are no set', { jwks: [], issuer, audience }],
    ['an unknown typ', { keys, issuer, audience, typ: 'jwt' }],
    ['algorithm none', { keys, issuer, audience, algorithms: ['none'] }],
    ['no algorithm', { keys, issuer, audience, algorithms: [] }],
    [
      'an algorithm that is a property of objects',
      { keys, issuer, audience, algorithms: ['constructor'] },
    ],
    ['HS256 with a key set', { jwks, issuer, audience, algorithms: ['HS256'] }],
    ['a secret without algorithms', { secret, typ: 'JWT' }],
    ['a secret for RS256', { secret, algorithms: ['RS256'], typ: 'JWT' }],
    ['a secret for two algorithms', { secret, algorithms: ['HS256', 'RS256'], typ: 'JWT' }],
    ['a secret that is a number', { ...compatible, secret: 1 }],
    ['a status that is no function', { keys, issuer, audience, status: 'valid' }],
    ['a clock that is no function', { keys, issuer, audience, now: 1 }],
    ['B14 negative leeway', { keys, issuer, audience, leeway: -1 }],
    ['B14 leeway that is no number', { keys, issuer, audience, leeway: Number.NaN }],
    ['B14 infinite leeway', { keys, issuer, audience, leeway: Number.POSITIVE_INFINITY }],
    ['B14 leeway of more than 300 s', { keys, issuer, audience, leeway: 301 }],
    ['B14 leeway as text', { keys, issuer, audience, leeway: '30' }],
    [
      'a decryption key that is public',
      { jwks, issuer, audience, decryptionKey: signers.ES256.jwk },
    ],
    ['an empty list of decryption keys', { jwks, issuer, audience, decryptionKey: [] }],
    [
      'decryption keys of one name',
      { jwks, issuer, audience, decryptionKey: [symmetricKey, { ...symmetricKey }] },
    ],
    [
      'decryption keys of which one has no name',
      {
        jwks,
        issuer,
        audience,
        decryptionKey: [symmetricKey, { ...symmetricKey, kid: undefined }],
      },
    ],
    ['allowSigned without a decryption key', { jwks, issuer, audience, allowSigned: true }],
    [
      'allowSigned that is neither true nor false',
      { jwks, issuer, audience, decryptionKey: symmetricKey, allowSigned: 'yes' },
    ],
    ['a cache without bound', { keys, issuer, audience, cacheSize: Number.POSITIVE_INFINITY }],
  ])('refuses %s', (_, options) => {
    expect(() => make(options)).toThrow(TypeError)
  })

  it('says which options there are when one is unknown', () => {
    expect(() => make({ keys, issuer, audience, audiense: 'x' })).toThrow(/audiense.*audience/)
  })

  it('C04 refuses an HS256 secret of less than 32 bytes, counted in UTF-8', () => {
    for (const short of ['', 'x'.repeat(31), 'é'.repeat(15), Buffer.alloc(31)]) {
      expect(() => createGuard({ ...compatible, secret: short })).toThrow(TypeError)
    }
    for (const long of ['x'.repeat(32), 'é'.repeat(16), Buffer.alloc(32)]) {
      expect(() => createGuard({ ...compatible, secret: long })).not.toThrow()
    }
  })

  it('B14 keeps to the leeway that it was given', async () => {
    const token = mint(signers.ES256, { exp: noon - 100 })
    const guard = (leeway: number) => createGuard({ jwks, issuer, audience, leeway, now })
    await expect(guard(101).verify(token)).resolves.toBeDefined()
    await expect(guard(100).verify(token)).rejects.toMatchObject(refused)
    await expect(guard(0).verify(token)).rejects.toMatchObject(refused)
  })

  it('B12 takes a token for any of several audiences', async () => {
    const guard = createGuard({
      jwks,
      issuer,
      audience: ['https://a.example', 'https://b.example'],
      now,
    })
    await expect(
      guard.verify(mint(signers.ES256, { aud: 'https://b.example' })),
    ).resolves.toBeDefined()
    await expect(guard.verify(mint(signers.ES256))).rejects.toMatchObject(refused)
  })

  it('fails, and does not pass, while a function does not know the issuer or audience', async () => {
    const token = mint(signers.ES256)
    for (const value of [undefined, '', null, 1]) {
      for (const late of [{ issuer: () => value }, { audience: () => value }]) {
        const guard = make({ jwks, issuer, audience, ...late, now })
        await expect(guard.verify(token)).rejects.toThrow(TypeError)
      }
    }
  })

  it('B01 takes only the algorithms that it was given', async () => {
    const set = {
      keys: Object.values(signers)
        .filter(({ algorithm }) => algorithm !== 'HS256')
        .map(({ jwk, kid, algorithm }) => ({ ...jwk, kid, alg: algorithm })),
    }
    const guard = createGuard({ jwks: set, issuer, audience, algorithms: ['ES256', 'PS256'], now })
    await expect(guard.verify(mint(signers.ES256))).resolves.toBeDefined()
    await expect(guard.verify(mint(signers.PS256))).resolves.toBeDefined()
    await expect(guard.verify(mint(signers.RS256))).rejects.toMatchObject(refused)
    await expect(guard.verify(mint(signers.EdDSA))).rejects.toMatchObject(refused)
  })

  it('takes the tokens of another library', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const token = await new SignJWT({ client_id: 'app', scope: 'a' })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject('someone')
      .setJti('1')
      .setIssuedAt(noon)
      .setExpirationTime(noon + 60)
      .sign(privateKey)
    const set = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] }
    const guard = createGuard({ jwks: set, issuer, audience, now })
    expect((await guard.verify(token)).subject).toBe('someone')
  })

  it('answers at once on Node', () => {
    const guard = createGuard({ jwks, issuer, audience, now })
    const authorization = [`Bearer ${mint(signers.ES256)}`]
    expect(guard.authenticate(authorization)).toHaveProperty('subject', 'user-1')
    expect(guard.authenticate(authorization)).toHaveProperty('subject', 'user-1')
    expect(() => guard.authenticate([])).toThrow('Not authenticated')
  })
})

describe('a guard with a key set', () => {
  const other = asymmetric('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const guardOf = (...keys: readonly object[]) =>
    createGuard({ jwks: { keys }, issuer, audience, now })

  it('B05 takes a token without kid if there is one key, and refuses an unknown kid', async () => {
    const guard = guardOf(...jwks.keys)
    await expect(guard.verify(mint(signers.ES256))).resolves.toBeDefined()
    await expect(guard.verify(mint(signers.ES256, {}, { kid: undefined }))).resolves.toBeDefined()
    await expect(guard.verify(mint(signers.ES256, {}, { kid: 'x' }))).rejects.toMatchObject(refused)
    await expect(guard.verify(mint(signers.ES256, {}, { kid: '' }))).rejects.toMatchObject(refused)
  })

  it('B05 refuses a token without kid if there are several keys', async () => {
    const guard = guardOf(...jwks.keys, { ...other.jwk, kid: 'other' })
    await expect(guard.verify(mint(signers.ES256))).resolves.toBeDefined()
    await expect(guard.verify(mint(other, {}, { kid: 'other' }))).resolves.toBeDefined()
    for (const kid of [undefined, '', 'x', '__proto__']) {
      await expect(guard.verify(mint(signers.ES256, {}, { kid }))).rejects.toMatchObject(refused)
    }
  })

  it('C02 refuses two keys of one kid, or of none', () => {
    expect(() => guardOf({ ...other.jwk, kid: 'a' }, { ...signers.EdDSA.jwk, kid: 'a' })).toThrow(
      TypeError,
    )
    expect(() => guardOf(other.jwk, signers.EdDSA.jwk)).toThrow(TypeError)
  })

  it('C03 refuses symmetric, private and malformed keys, and a set without a usable one', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const bad = [signers.HS256.jwk, privateKey.export({ format: 'jwk' }), { ...other.jwk, x: 'AA' }]
    for (const jwk of bad) expect(() => guardOf(...jwks.keys, jwk)).toThrow(TypeError)
    for (const set of [
      [],
      [{ ...other.jwk, use: 'enc' }],
      [{ kty: 'OKP', crv: 'X25519', x: 'AA' }],
    ]) {
      expect(() => guardOf(...set)).toThrow(TypeError)
    }
    expect(() => make({ jwks: { keys: [null] }, issuer, audience })).toThrow(TypeError)
    expect(() => make({ jwks: { keys: [{ ...other.jwk, kid: 1 }] }, issuer, audience })).toThrow(
      TypeError,
    )
  })

  it('passes over keys for encryption and of kinds that it does not know', async () => {
    const guard = guardOf(
      { kty: 'RSA', use: 'enc' },
      { kty: 'EC', crv: 'secp256k1', kid: 'k' },
      { kty: 'new' },
      { ...other.jwk, alg: 'ES384' },
      ...jwks.keys,
    )
    await expect(guard.verify(mint(signers.ES256))).resolves.toBeDefined()
  })

  it('C02 refuses an RSA key that does not say its algorithm, unless the options do', async () => {
    const set = { keys: [{ ...signers.RS256.jwk, kid: signers.RS256.kid }] }
    expect(() => createGuard({ jwks: set, issuer, audience })).toThrow(/RS256 and PS256/)
    const guard = createGuard({ jwks: set, issuer, audience, algorithms: ['RS256', 'ES256'], now })
    await expect(guard.verify(mint(signers.RS256))).resolves.toBeDefined()
  })
})

describe('a guard with a secret', () => {
  /** A token as python-jose and PyJWT make it for the tutorial's application. */
  function foreign(claims: object, header: object = { alg: 'HS256', typ: 'JWT' }): string {
    return mintText(signers.HS256, JSON.stringify(header), JSON.stringify(claims))
  }
  const guard = createGuard({ ...compatible, now })

  it("takes another application's tokens: exp and sub, nothing else needed", async () => {
    expect(await guard.verify(foreign({ sub: 'johndoe', exp: noon + 60 }))).toMatchObject({
      subject: 'johndoe',
      clientId: undefined,
      sessionId: undefined,
      scopes: [],
      expiresAt: noon + 60,
    })
    await expect(
      guard.verify(foreign({ sub: 'a', exp: noon + 60 }, { alg: 'HS256' })),
    ).resolves.toBeDefined()
  })

  it.skipIf(vectorsAbsent)(
    'takes the recorded token of that application (skipped without ../shared)',
    async () => {
      const recorded = readVectors('fastapi-responses.txt').match(/"access_token":"([^"]+)"/)?.[1]
      const [head = '', payload = ''] = recorded?.split('.') ?? []
      const signature = createHmac('sha256', secret).update(`${head}.${payload}`).digest()
      expect((await guard.verify(`${head}.${payload}.${encode(signature)}`)).subject).toBe('a')
      await expect(guard.verify(`${recorded}`)).rejects.toMatchObject(refused)
    },
  )

  it('keeps a copy of the secret, so that whoever gave it may wipe it', async () => {
    const bytes = Buffer.from(secret)
    const own = createGuard({ ...compatible, secret: bytes, now })
    bytes.fill(0)
    await expect(own.verify(foreign({ sub: 'a', exp: noon + 60 }))).resolves.toBeDefined()
  })

  it('B10 B13 refuses tokens without exp or sub, with a numeric sub, or of another type', async () => {
    const bad = [
      { sub: 'a' },
      { exp: noon + 60 },
      { sub: 1, exp: noon + 60 },
      { sub: '', exp: noon + 60 },
    ]
    for (const claims of bad)
      await expect(guard.verify(foreign(claims))).rejects.toMatchObject(refused)
    for (const typ of ['at+jwt', 'refresh+jwt', 'application/at+jwt', null, '']) {
      const token = foreign({ sub: 'a', exp: noon + 60 }, { alg: 'HS256', typ })
      await expect(guard.verify(token)).rejects.toMatchObject(refused)
    }
  })

  it('B12 refuses a token for an audience, as it has none of its own', async () => {
    const token = foreign({ sub: 'a', exp: noon + 60, aud: audience })
    await expect(guard.verify(token)).rejects.toMatchObject(refused)
    const addressed = createGuard({ ...compatible, issuer, audience, now })
    await expect(addressed.verify(token)).rejects.toMatchObject(refused)
    const complete = foreign({ sub: 'a', exp: noon + 60, aud: audience, iss: issuer })
    await expect(addressed.verify(complete)).resolves.toBeDefined()
  })

  it('takes tokens without audience from a named issuer, told so by audience: null', async () => {
    const options: GuardOptions = { ...compatible, issuer, audience: null, now }
    const named = createGuard(options)
    await expect(
      named.verify(foreign({ sub: 'a', exp: noon + 60, iss: issuer })),
    ).resolves.toBeDefined()
    await expect(named.verify(foreign({ sub: 'a', exp: noon + 60 }))).rejects.toMatchObject(refused)
  })

  it('takes RFC 9068 tokens when it is not told otherwise', async () => {
    const strict = createGuard({ secret, algorithms: ['HS256'], issuer, audience, now })
    await expect(strict.verify(mint(signers.HS256))).resolves.toBeDefined()
    await expect(strict.verify(foreign({ sub: 'a', exp: noon + 60 }))).rejects.toMatchObject(
      refused,
    )
    await expect(strict.verify(mint(signers.ES256))).rejects.toMatchObject(refused)
  })
})
