import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Algorithm } from '../src/algorithms.js'
import { createGuardOn, type Guard } from '../src/guard.js'
import type { VerificationKey } from '../src/keys.js'
import type { SignaturePlatform } from '../src/signature.js'
import {
  allKeys,
  asymmetric,
  audience,
  encode,
  goodClaims,
  issuer,
  mint,
  mintText,
  noon,
  platforms,
  type Signer,
  signers,
} from './tokens.js'
import { readVectors, vectorsAbsent } from './vectors.js'

const signer = signers.ES256
const attacker = asymmetric('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const header = { alg: 'ES256', typ: 'at+jwt', kid: signer.kid }

function guardOf(platform: SignaturePlatform, keys = allKeys(platform)): Guard {
  return createGuardOn(platform, { keys, issuer, audience, now: () => noon * 1000 })
}

/** Checklist B15: whatever is wrong with a token, this is all that anybody learns. */
const theOneRefusal = {
  code: 'invalid_token',
  status: 401,
  detail: 'The access token is invalid or has expired',
  challenge:
    'Bearer error="invalid_token", error_description="The access token is invalid or has expired"',
}

describe.each(platforms)('a guard on %s', (_, platform) => {
  let guard: Guard
  beforeAll(() => {
    guard = guardOf(platform)
  })

  async function expectRefused(token: string): Promise<void> {
    await expect(guard.verify(token), token.slice(0, 300)).rejects.toMatchObject(theOneRefusal)
  }

  it.each(Object.values(signers))('takes a genuine token ($algorithm)', async (each) => {
    expect(await guard.verify(mint(each))).toEqual({
      subject: 'user-1',
      clientId: 'first-party',
      scopes: ['items:read', 'account'],
      sessionId: 'session-1',
      expiresAt: noon + 1800,
      claims: goodClaims,
    })
  })

  it.each(Object.values(signers))(
    'B15 refuses a changed header, payload or signature alike ($algorithm)',
    async (each) => {
      const [head = '', payload = '', signature = ''] = mint(each).split('.')
      const changedHead = encode(
        JSON.stringify({ ...header, alg: each.algorithm, kid: each.kid, x: 1 }),
      )
      const changedPayload = encode(JSON.stringify({ ...goodClaims, sub: 'user-2' }))
      const other = signature.startsWith('A') ? 'B' : 'A'
      await expectRefused(`${changedHead}.${payload}.${signature}`)
      await expectRefused(`${head}.${changedPayload}.${signature}`)
      await expectRefused(`${head}.${payload}.${other}${signature.slice(1)}`)
      await expectRefused(`${head}.${payload}.`)
      await expectRefused(
        `${head}.${payload}.${encode(Buffer.alloc(Buffer.from(signature, 'base64url').length))}`,
      )
    },
  )

  it('B01 refuses a token whose alg is not that of its key', async () => {
    for (const { algorithm } of Object.values(signers)) {
      for (const key of Object.values(signers)) {
        if (key.algorithm === algorithm) continue
        await expectRefused(mint(signers[algorithm], {}, { kid: key.kid }))
        await expectRefused(mint(key, {}, { alg: algorithm }))
      }
    }
  })

  it('B02 refuses every alg that is not exactly one of those it knows', async () => {
    const names = [
      'none',
      'None',
      'NONE',
      'nOnE',
      '',
      'es256',
      'ES256 ',
      'ES384',
      'Ed25519',
      'HS512',
    ]
    const inherited = ['constructor', '__proto__', 'toString', 'get', 'has']
    for (const alg of [...names, ...inherited, null, undefined, 1, true, ['ES256'], { ES256: 1 }]) {
      await expectRefused(mint(signer, {}, { alg }))
    }
  })

  it('B02 refuses an unsigned token in each of its forms', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      const [, payload, signature] = mint(signer).split('.')
      const unsigned = `${encode(JSON.stringify({ ...header, alg }))}.${payload}`
      await expectRefused(`${unsigned}.`)
      await expectRefused(unsigned)
      await expectRefused(`${unsigned}.${signature}`)
    }
  })

  it('B03 refuses public key bytes as HMAC secret', async () => {
    const { jwk, kid } = signers.RS256
    const key = createPublicKey({
      key: { kty: 'RSA', n: jwk.n ?? '', e: jwk.e ?? '' },
      format: 'jwk',
    })
    const pem = key.export({ format: 'pem', type: 'spki' }).toString()
    const pkcs1 = key.export({ format: 'pem', type: 'pkcs1' }).toString()
    const der = key.export({ format: 'der', type: 'spki' })
    const texts = [pem, pkcs1, JSON.stringify(jwk), JSON.stringify({ keys: [jwk] })]
    const spelled = texts.flatMap((text) => [
      text,
      text.trim(),
      `\n${text}`,
      `${text}\n`,
      ` ${text} `,
    ])
    for (const bytes of [...spelled, der]) {
      const forger: Signer = {
        algorithm: 'HS256',
        kid,
        jwk,
        sign: (input) => createHmac('sha256', bytes).update(input).digest(),
      }
      await expectRefused(mint(forger))
      await expectRefused(mint(forger, {}, { kid: signers.HS256.kid }))
    }
  })

  it('B04 takes no key from the header, and fetches nothing', async () => {
    let requests = 0
    const server = createServer((_request, response) => {
      requests++
      response.end(JSON.stringify({ keys: [{ ...attacker.jwk, kid: 'evil' }] }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks.json`
    for (const kid of ['evil', signer.kid, undefined]) {
      for (const extra of [{ jwk: attacker.jwk }, { jku: url }, { x5u: url }, { x5c: ['MIIB'] }]) {
        await expectRefused(mint(attacker, {}, { ...extra, kid }))
      }
    }
    server.close()
    expect(requests).toBe(0)
  })

  it('B04 goes by kid for a genuine token that carries a key as well', async () => {
    const token = mint(signer, {}, { jwk: attacker.jwk, jku: 'https://evil.example.com' })
    expect((await guard.verify(token)).subject).toBe('user-1')
  })

  it('B05 refuses an absent or unknown kid', async () => {
    for (const kid of [undefined, '', 'unknown', `${signer.kid} `, signer.kid.toUpperCase()]) {
      await expectRefused(mint(signer, {}, { kid }))
    }
  })

  it('B06 refuses a kid that is a path, a URL, a query, a property of objects, or huge', async () => {
    const hostile = ['../../dev/null', "' OR 1=1 --", 'http://evil.example.com/key', '__proto__']
    for (const kid of [...hostile, 'constructor', 'a'.repeat(10_000), null, 1, ['ES256-key'], {}]) {
      await expectRefused(mint(signer, {}, { kid }))
    }
  })

  it('B07 refuses a header that asks for what is not implemented', async () => {
    const critical = [['exp'], [], ['b64'], ['exp', 'exp'], 'exp', null, {}, [1], ['alg']]
    for (const crit of critical) {
      await expectRefused(mint(signer, {}, { crit, exp: noon }))
    }
    await expectRefused(mint(signer, {}, { crit: ['b64'], b64: false }))
    for (const extra of [
      { b64: false },
      { b64: true },
      { zip: 'DEF' },
      { enc: 'A256GCM' },
      { cty: 'JWT' },
    ]) {
      await expectRefused(mint(signer, {}, extra))
    }
  })

  it('B08 refuses a genuine token in any other spelling', async () => {
    const token = mint(signer)
    const [head = '', payload = '', signature = ''] = token.split('.')
    for (const extra of [' ', '\n', '\t', '\0', '=', '.', '.AAAA', '%', '\u00e9', '\u{1f511}']) {
      await expectRefused(`${token}${extra}`)
      await expectRefused(`${extra}${token}`)
      await expectRefused(`${head}${extra}.${payload}.${signature}`)
      await expectRefused(`${head}.${payload}${extra}.${signature}`)
      await expectRefused(`${head}.${payload.slice(0, 9)}${extra}${payload.slice(9)}.${signature}`)
    }
    await expectRefused(JSON.stringify({ payload, protected: head, signature }))
    await expectRefused(`${head}.${payload}`)
    await expectRefused(`${head}..${signature}`)
    await expectRefused(`.${payload}.${signature}`)
    await expectRefused('..')
    await expectRefused('')
  })

  it('B08 refuses five parts: it has no key for encrypted tokens', async () => {
    await expectRefused(`${mint(signer)}.AAAA.AAAA`)
    await expectRefused(`${encode('{"alg":"dir","enc":"A256GCM"}')}..AAAA.AAAA.AAAA`)
  })

  it('B09 refuses what is no JSON object in valid UTF-8, with each name once', async () => {
    const good = JSON.stringify(header)
    const payload = JSON.stringify(goodClaims)
    const bad = (text: string): (string | Buffer)[] => [
      `[${text}]`,
      'null',
      '"text"',
      '',
      `${text} {}`,
      `${text}\0`,
      `\ufeff${text}`,
      text.slice(0, -1),
      Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff\xfe"}', 'latin1')]),
      Buffer.from(text, 'utf16le'),
      `${text.slice(0, -1)},"a":1,"a":1}`,
      `${text.slice(0, -1)},"a":{"b":[{"c":1,"c":2}]}}`,
    ]
    for (const text of [...bad(good), `{"alg":"ES256",${good.slice(1)}`]) {
      await expectRefused(mintText(signer, text, payload))
    }
    const repeats = ['"sub":"admin"', '"\\u0073ub":"admin"', '"s\\u0075b" : "admin"', '"exp":1']
    for (const text of [
      ...bad(payload),
      ...repeats.map((repeat) => `{${repeat},${payload.slice(1)}`),
    ]) {
      await expectRefused(mintText(signer, good, text))
    }
  })

  it('B10 refuses times that are no finite numbers of 0 or more, and a token without exp', async () => {
    const payloadWith = (name: string, value: string) =>
      `{"${name}":${value},${JSON.stringify({ ...goodClaims, [name]: undefined }).slice(1)}`
    const bad = [
      '"1900000000"',
      '[1900000000]',
      'true',
      'null',
      '{}',
      '1e400',
      '-1',
      '-1e400',
      '""',
    ]
    for (const name of ['exp', 'nbf', 'iat', 'auth_time']) {
      for (const value of bad) {
        await expectRefused(mintText(signer, JSON.stringify(header), payloadWith(name, value)))
      }
    }
    await expectRefused(mintText(signer, JSON.stringify(header), payloadWith('exp', 'NaN')))
    await expectRefused(mint(signer, { exp: undefined }))
  })

  it('B10 refuses a token that has expired or is not valid yet, by more than the leeway', async () => {
    await expectRefused(mint(signer, { exp: noon - 30 }))
    await expectRefused(mint(signer, { nbf: noon + 31 }))
    await expect(guard.verify(mint(signer, { exp: noon - 29 }))).resolves.toBeDefined()
    await expect(guard.verify(mint(signer, { nbf: noon + 30 }))).resolves.toBeDefined()
  })

  it('B11 refuses every other issuer', async () => {
    for (const iss of [
      `${issuer}/`,
      `${issuer}.evil.com`,
      issuer.toUpperCase(),
      [issuer],
      '',
      null,
      undefined,
    ]) {
      await expectRefused(mint(signer, { iss }))
    }
  })

  it('B12 refuses a token that is not for this audience', async () => {
    const others = [`${audience}/`, 'https://api', '.*', '', [], [`${audience}x`], [[audience]]]
    for (const aud of [...others, null, undefined, 1, { [audience]: 1 }, [audience, 1]]) {
      await expectRefused(mint(signer, { aud }))
    }
    await expect(guard.verify(mint(signer, { aud: ['x', audience] }))).resolves.toBeDefined()
  })

  it('B13 refuses every other type of token', async () => {
    const types = [
      'JWT',
      'refresh+jwt',
      'id+jwt',
      'logout+jwt',
      'dpop+jwt',
      'reset+jwt',
      'jwt',
      '',
      'at',
    ]
    for (const typ of [...types, 'at+jwt ', 'text/at+jwt', undefined, null, 1, ['at+jwt']]) {
      await expectRefused(mint(signer, {}, { typ }))
    }
    for (const typ of ['AT+JWT', 'application/at+jwt', 'application/AT+jwt']) {
      await expect(guard.verify(mint(signer, {}, { typ }))).resolves.toBeDefined()
    }
  })

  it('B13 refuses a token without the claims of RFC 9068, or with wrong ones', async () => {
    for (const name of ['sub', 'client_id', 'jti', 'iat', 'iss', 'aud', 'exp']) {
      await expectRefused(mint(signer, { [name]: undefined }))
    }
    for (const name of ['sub', 'client_id', 'jti', 'sid']) {
      for (const value of ['', 1, null, ['x'], {}])
        await expectRefused(mint(signer, { [name]: value }))
    }
    for (const scope of [1, null, ['items:read'], {}]) await expectRefused(mint(signer, { scope }))
  })

  it('B16 computes nothing for a token too long, or with a signature of another length', async () => {
    const computed: string[] = []
    const watched = (kid: string | undefined, alg: Algorithm): VerificationKey | undefined => {
      const key = allKeys(platform)(kid, alg)
      if (key === undefined) return undefined
      const verifies: VerificationKey['verifies'] = (input, signature) => {
        computed.push(input)
        return key.verifies(input, signature)
      }
      return { ...key, verifies }
    }
    const watching = guardOf(platform, watched)
    for (const each of Object.values(signers)) {
      const token = mint(each)
      const [signed, signature] = [
        token.slice(0, token.lastIndexOf('.')),
        token.slice(token.lastIndexOf('.') + 1),
      ]
      const bytes = Buffer.from(signature, 'base64url')
      for (const wrong of [
        bytes.subarray(1),
        Buffer.concat([bytes, Buffer.alloc(1)]),
        Buffer.alloc(0),
      ]) {
        await expect(watching.verify(`${signed}.${encode(wrong)}`)).rejects.toMatchObject(
          theOneRefusal,
        )
      }
      const long = [mint(each, { x: 'x'.repeat(8192) }), mint(each, {}, { x: 'x'.repeat(1024) })]
      for (const token of [...long, 'a'.repeat(1_000_000), '.'.repeat(1_000_000)]) {
        await expect(watching.verify(token)).rejects.toMatchObject(theOneRefusal)
      }
    }
    expect(computed).toEqual([])
  })

  it('B18 takes the twin of an ES256 signature, which shares its revocation (F06)', async () => {
    const revoked = new Set<unknown>()
    const strict = createGuardOn(platform, {
      keys: allKeys(platform),
      issuer,
      audience,
      now: () => noon * 1000,
      status: ({ sid }) => (revoked.has(sid) ? 'revoked' : 'valid'),
    })
    const token = mint(signer)
    const [head, payload, signature = ''] = token.split('.')
    const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const bytes = Buffer.from(signature, 'base64url')
    const s = n - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
    const twin = Buffer.concat([
      bytes.subarray(0, 32),
      Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
    ])
    await expect(strict.verify(`${head}.${payload}.${encode(twin)}`)).resolves.toBeDefined()
    revoked.add('session-1')
    await expect(strict.verify(token)).rejects.toMatchObject(theOneRefusal)
    await expect(strict.verify(`${head}.${payload}.${encode(twin)}`)).rejects.toMatchObject(
      theOneRefusal,
    )
  })

  it('B18 refuses ES256 signatures with r or s zero or out of range', async () => {
    const [head, payload] = mint(signer).split('.')
    const n = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
    const one = Buffer.alloc(32)
    one[31] = 1
    const numbers = [Buffer.alloc(32), one, n, Buffer.alloc(32, 0xff)]
    for (const r of numbers) {
      for (const s of numbers) {
        await expectRefused(`${head}.${payload}.${encode(Buffer.concat([r, s]))}`)
      }
    }
  })

  it('refuses a token that is no string', async () => {
    const values: unknown[] = [undefined, null, 1, {}, [mint(signer)]]
    for (const value of values) {
      await expect(Reflect.apply(guard.verify, guard, [value])).rejects.toMatchObject(theOneRefusal)
    }
  })

  it.skipIf(vectorsAbsent)(
    'B02 B06 refuses the published attack shapes (skipped without ../shared)',
    async () => {
      const shapes: { algNone: string[]; kidPayloads: string[]; jwksPaths: string[] } = JSON.parse(
        readVectors('jwt-attacks/shapes.json'),
      )
      for (const alg of shapes.algNone) await expectRefused(mint(signer, {}, { alg }))
      for (const kid of shapes.kidPayloads) {
        await expectRefused(mint(signer, {}, { kid }))
        await expectRefused(mint(attacker, {}, { kid }))
      }
      for (const path of shapes.jwksPaths) {
        await expectRefused(mint(attacker, {}, { jku: `https://evil.example.com${path}` }))
      }
    },
  )
})
