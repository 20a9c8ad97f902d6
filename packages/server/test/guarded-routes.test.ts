import { createPublicKey, createSecretKey } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { exchange, listen, request } from './raw-http.js'
import { encode, opened, signed, strangers } from './signer.js'
import { alice, sharedServer, type TestServer, testServer } from './test-server.js'

const routes = ['/users/me', '/items/'] as const

const invalidToken = 'The access token is invalid or has expired'

const forged: readonly { what: string; make: (token: string, server: TestServer) => string }[] = [
  { what: 'text that is no token', make: () => 'abc' },
  { what: 'two parts', make: (token) => token.split('.').slice(0, 2).join('.') },
  { what: 'four parts', make: (token) => `${token}.x` },
  { what: 'a signature that is missing', make: (token) => token.replace(/[^.]+$/, '') },
  { what: 'a signature cut short', make: (token) => token.slice(0, -4) },
  { what: 'padding', make: (token) => `${token}=` },
  { what: 'another signature', make: (token) => token.replace(/[^.]{8}$/, 'AAAAAAAA') },
  { what: 'another alphabet', make: (token) => token.replace(/^./, '+') },
  { what: 'changed claims', make: (token) => withClaims(token, { sub: 'somebody-else' }) },
  { what: 'a later end', make: (token) => withClaims(token, { exp: 9_999_999_999 }) },
  { what: 'more scopes', make: (token) => withClaims(token, { scope: 'account admin' }) },
  {
    what: "a stranger's key",
    make: (token) => resigned(token, (header) => header),
  },
  {
    what: "a stranger's key that it brings along",
    make: (token) =>
      resigned(token, (header) => ({
        ...header,
        jwk: strangers.publicKey.export({ format: 'jwk' }),
      })),
  },
  {
    what: "a stranger's key under no name",
    make: (token) => resigned(token, ({ kid: _, ...header }) => header),
  },
  {
    what: 'the public key taken for a secret (PEM)',
    make: (token, server) => {
      const { header, claims } = opened(token)
      const key = createPublicKey({ key: { ...server.latchkey.keys.jwks.keys[0] }, format: 'jwk' })
      const pem = key.export({ type: 'spki', format: 'pem' }).toString()
      return signed({ ...header, alg: 'HS256' }, claims, 'HS256', createSecretKey(pem, 'utf8'))
    },
  },
  {
    what: 'the public key taken for a secret (JWK)',
    make: (token, server) => {
      const { header, claims } = opened(token)
      const secret = JSON.stringify(server.latchkey.keys.jwks.keys[0])
      return signed({ ...header, alg: 'HS256' }, claims, 'HS256', createSecretKey(secret, 'utf8'))
    },
  },
  ...['none', 'None', 'NONE', 'nOnE', 'none ', '', null, undefined, ['none'], true, 0].map(
    (alg) => ({
      what: `the algorithm ${JSON.stringify(alg)}`,
      make: (token: string) => {
        const { header, claims } = opened(token)
        return `${encode({ ...header, alg })}.${encode(claims)}.`
      },
    }),
  ),
  {
    what: 'the algorithm none and the old signature',
    make: (token) => {
      const [, claims = '', signature = ''] = token.split('.')
      return `${encode({ ...opened(token).header, alg: 'none' })}.${claims}.${signature}`
    },
  },
]

/** Signed by the server's own key, and still not a token for these routes. */
const unfit: readonly { what: string; header?: object; claims?: object }[] = [
  { what: 'another issuer', claims: { iss: 'http://127.0.0.1:8001' } },
  { what: 'an issuer with a slash more', claims: { iss: 'http://127.0.0.1:8000/' } },
  { what: 'no issuer', claims: { iss: undefined } },
  { what: 'another audience', claims: { aud: 'https://other.example' } },
  { what: 'no audience', claims: { aud: undefined } },
  { what: 'an empty list of audiences', claims: { aud: [] } },
  { what: 'another type', header: { typ: 'JWT' } },
  { what: 'the type of an id token', header: { typ: 'id+jwt' } },
  { what: 'no type', header: { typ: undefined } },
  { what: 'no end', claims: { exp: undefined } },
  { what: 'an end in words', claims: { exp: '9999999999' } },
  { what: 'a start in a minute', claims: { nbf: Date.now() / 1000 + 90 } },
  { what: 'no subject', claims: { sub: undefined } },
  { what: 'a critical extension', header: { crit: ['exp'] } },
]

describe.for(routes)('GET %s', (url) => {
  const server = sharedServer()

  it('B20 lets a valid token in, whatever the case of the scheme', async () => {
    const token = await server().signIn()
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  ']) {
      const answer = await withAuthorization(server(), url, `${scheme} ${token}`)
      expect([scheme, answer.statusCode]).toEqual([scheme, 200])
    }
  })

  it.for([
    ['nothing'],
    ['Basic', `Basic ${Buffer.from('alice:x').toString('base64')}`],
    ['Digest', 'Digest username="a", realm="b"'],
    ['a scheme that begins like it', 'Bearerx abc'],
    ['a token without a scheme', 'abc.def.ghi'],
    ['an empty header', ''],
  ] as const)('B20 answers no credentials with a bare challenge: %s', async ([, authorization]) => {
    const answer = await withAuthorization(server(), url, authorization)
    expectTurnedAway(answer, 401, 'Bearer', 'Not authenticated')
  })

  it.for(['Bearer', 'Bearer ', 'bearer', 'Bearer a b', 'Bearer \u00e9'])(
    'B20 answers %j as an invalid token',
    async (authorization) => {
      expectInvalid(await withAuthorization(server(), url, authorization))
    },
  )

  it('B19 looks at no query and no other header', async () => {
    const token = await server().signIn()
    const answer = await server().app.inject({
      url: `${url}?access_token=${token}&token=${token}`,
      headers: { 'x-access-token': token, cookie: `access_token=${token}` },
    })
    expectTurnedAway(answer, 401, 'Bearer', 'Not authenticated')
  })

  it('B19 refuses several credentials in one header', async () => {
    const token = await server().signIn()
    for (const authorization of [`Bearer ${token}, Bearer ${token}`, `Bearer ${token},abc`]) {
      const answer = await withAuthorization(server(), url, authorization)
      expectTurnedAway(answer, 400, 'Bearer error="invalid_request"')
    }
  })

  it.for(forged)('B01 B02 B03 B22 turns away $what', async ({ make }) => {
    const token = await server().signIn()
    expectInvalid(await server().get(url, make(token, server())))
    expect((await server().get(url, token)).statusCode).toBe(200)
  })

  it.for(unfit)('B11 B12 B13 turns away $what', async ({ header, claims }) => {
    const good = opened(await server().signIn())
    const { algorithm, key } = server().latchkey.keys.signing
    const make = (more: { header?: object; claims?: object }) =>
      signed({ ...good.header, ...more.header }, { ...good.claims, ...more.claims }, algorithm, key)
    expect((await server().get(url, make({}))).statusCode).toBe(200)
    const changed = make({ ...(header && { header }), ...(claims && { claims }) })
    expectInvalid(await server().get(url, changed))
  })
})

describe.for(routes)('time at GET %s', (url) => {
  it('B14 ends a token 30 seconds after its end, seen before or not', async () => {
    const server = await testServer()
    await server.addUser()
    const [seen, unseen] = [await server.signIn(), await server.signIn()]
    const { exp, iat } = opened(seen).claims as { exp: number; iat: number }
    expect((await server.get(url, seen)).statusCode).toBe(200)
    server.pass((exp - iat + 29) * 1000)
    expect((await server.get(url, seen)).statusCode).toBe(200)
    server.pass(2000)
    expectInvalid(await server.get(url, seen))
    expectInvalid(await server.get(url, unseen))
  })
})

describe.for(routes)('over a real connection, GET %s', (url) => {
  it('B19 refuses two Authorization headers', async () => {
    const server = await testServer()
    await server.addUser()
    const good = `Authorization: Bearer ${await server.signIn()}`
    const port = await listen(server.app)
    for (const headers of [
      [good, good],
      [good, 'authorization: Basic YTpi'],
      ['AUTHORIZATION: Basic YTpi', good],
      [good, 'Authorization:'],
    ]) {
      const answer = await exchange(port, request(`GET ${url}`, headers))
      expect([headers, answer.status]).toEqual([headers, 400])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_request"')
      expect(JSON.parse(answer.body)).toMatchObject({ status: 400, title: 'Bad Request' })
    }
    expect((await exchange(port, request(`GET ${url}`, [good]))).status).toBe(200)
  })
})

for (const database of databases) {
  describe(`GET /users/me on ${database.name}`, () => {
    const start = async (): Promise<[TestServer, token: string]> => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser({ email: 'alice@example.com', scopes: ['items:read'] })
      return [server, await server.signIn()]
    }

    it('I09 shows the record, and neither a hash nor anything else', async () => {
      const [server, token] = await start()
      const answer = await server.get('/users/me', token)
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.json()).toEqual({
        id: opened(token).claims.sub,
        username: 'alice',
        email: 'alice@example.com',
        email_verified: false,
        disabled: false,
        scopes: ['account', 'items:read'],
        metadata: {},
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      })
      expect(answer.body).not.toMatch(/argon2|hash|password/i)
    })

    it('E13 turns a disabled user away, and again after they are enabled', async () => {
      const [server, token] = await start()
      const { users } = server.latchkey
      await users.setDisabled('alice', true, { actor: 'test' })
      for (const url of ['/users/me', '/items/']) expectRevoked(await server.get(url, token))
      await users.setDisabled('alice', false, { actor: 'test' })
      for (const url of ['/users/me', '/items/']) expectRevoked(await server.get(url, token))
      expect((await server.get('/users/me', await server.signIn())).statusCode).toBe(200)
    })

    it('E13 turns away who signed in with a password that has been changed', async () => {
      const [server, token] = await start()
      const password = 'another battery of horses'
      await server.latchkey.users.setPassword('alice', password, { actor: 'test' })
      for (const url of ['/users/me', '/items/']) expectRevoked(await server.get(url, token))
      expect((await server.postForm('/token', alice)).statusCode).toBe(401)
      expect((await server.get('/users/me', await server.signIn({ password }))).statusCode).toBe(
        200,
      )
    })

    it.for([
      ['a session that is not there', { sid: 'nowhere' }],
      ['a user that is not there', { sub: 'nobody' }],
    ] as const)('E13 turns away a genuine token of %s', async ([, change]) => {
      const [server, token] = await start()
      const { header, claims } = opened(token)
      const { algorithm, key } = server.latchkey.keys.signing
      const genuine = signed(header, { ...claims, ...change }, algorithm, key)
      expect((await server.get('/items/', genuine)).statusCode).toBe(200)
      expectEnded(await server.get('/users/me', genuine))
    })

    it("E11 I10 turns away a token that names another user's session", async () => {
      const [server, token] = await start()
      await server.addUser({ username: 'bob' })
      const bob = opened(await server.signIn({ username: 'bob' })).claims
      const { header, claims } = opened(token)
      const { algorithm, key } = server.latchkey.keys.signing
      const mixed = signed(header, { ...claims, sid: bob.sid }, algorithm, key)
      expectEnded(await server.get('/users/me', mixed))
    })
  })
}

function withAuthorization(server: TestServer, url: string, authorization: string | undefined) {
  return server.app.inject({
    url,
    ...(authorization !== undefined && { headers: { authorization } }),
  })
}

function expectInvalid(answer: LightMyRequestResponse): void {
  const challenge = `Bearer error="invalid_token", error_description="${invalidToken}"`
  expectTurnedAway(answer, 401, challenge, invalidToken)
}

/** By the guard, from memory. */
function expectRevoked(answer: LightMyRequestResponse): void {
  const detail = 'The access token is invalid or has expired'
  const challenge = `Bearer error="invalid_token", error_description="${detail}"`
  expectTurnedAway(answer, 401, challenge, detail)
}

function expectEnded(answer: LightMyRequestResponse): void {
  const detail = 'The session has ended'
  expectTurnedAway(
    answer,
    401,
    `Bearer error="invalid_token", error_description="${detail}"`,
    detail,
  )
}

function expectTurnedAway(
  answer: LightMyRequestResponse,
  status: number,
  challenge: string,
  detail: string = expect.any(String),
): void {
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['www-authenticate']).toBe(challenge)
  expect(answer.headers).toMatchObject({
    'content-type': expect.stringMatching(/^application\/problem\+json\b/),
    'cache-control': 'no-store',
  })
  expect(answer.json()).toEqual({
    type: 'about:blank',
    title: status === 401 ? 'Unauthorized' : 'Bad Request',
    status,
    detail,
  })
}

function withClaims(token: string, change: object): string {
  const [header = '', , signature = ''] = token.split('.')
  return [header, encode({ ...opened(token).claims, ...change }), signature].join('.')
}

function resigned(
  token: string,
  change: (header: Record<string, unknown>) => Record<string, unknown>,
): string {
  const { header, claims } = opened(token)
  return signed(change(header), claims, 'EdDSA', strangers.privateKey)
}
