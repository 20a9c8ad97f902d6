import { createGuard } from '@latchkey/guard'
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { opened } from './signer.js'
import { alice, issuer, sharedServer, testServer } from './test-server.js'

const publicMembers: Readonly<Record<string, readonly string[]>> = {
  EdDSA: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
  ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  PS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
}

describe.for(Object.keys(publicMembers))('tokens signed by %s', (signingAlgorithm) => {
  const audience = 'https://api.example.com'
  const server = sharedServer(
    { signingAlgorithm, audience, accessTokenTtl: '5m' },
    { scopes: ['items:read'], email: 'alice@example.com' },
  )

  it('A01 A02 A05 A07 have the header and the claims of RFC 9068, and no more', async () => {
    const body = (await server().postForm('/token', alice)).json()
    const { header, claims } = opened(body.access_token)
    const jwks = (await server().app.inject('/.well-known/jwks.json')).json()
    expect(header).toEqual({ typ: 'at+jwt', alg: signingAlgorithm, kid: jwks.keys[0].kid })
    const at = claims.iat as number
    expect(claims).toEqual({
      iss: issuer,
      aud: audience,
      sub: expect.stringMatching(/^[0-9a-f]{32}$/),
      client_id: 'first-party',
      iat: expect.any(Number),
      exp: at + 300,
      auth_time: at,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      scope: 'account items:read',
      status: { status_list: { idx: expect.any(Number), uri: `${issuer}/status-lists/1` } },
      sid: expect.stringMatching(/^[\w-]{22}$/),
      amr: ['pwd'],
    })
    expect(Number.isInteger(at)).toBe(true)
    expect(body.expires_in).toBe(300)
  })

  it('C01 C02 verify against the published keys, which hold public members only', async () => {
    const answer = await server().app.inject('/.well-known/jwks.json')
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=300',
      'content-type': expect.stringMatching(/^application\/(jwk-set\+)?json\b/),
    })
    const jwks = answer.json()
    expect(Object.keys(jwks)).toEqual(['keys'])
    expect(jwks.keys).toHaveLength(1)
    expect(Object.keys(jwks.keys[0]).sort()).toEqual(publicMembers[signingAlgorithm])
    expect(jwks.keys[0]).toMatchObject({ alg: signingAlgorithm, use: 'sig' })
    expect(jwks.keys[0].kid).toBe(await calculateJwkThumbprint(jwks.keys[0]))
    const { payload } = await jwtVerify(await server().signIn(), createLocalJWKSet(jwks), {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: [signingAlgorithm],
    })
    expect(payload.client_id).toBe('first-party')
  })

  it('pass both protected routes, and a guard that was given the published keys', async () => {
    const token = await server().signIn()
    for (const url of ['/users/me', '/items/']) {
      expect((await server().get(url, token)).statusCode).toBe(200)
    }
    const jwks = (await server().app.inject('/.well-known/jwks.json')).json()
    const guard = createGuard({ jwks, issuer, audience })
    expect(await guard.verify(token, ['items:read'])).toMatchObject({
      clientId: 'first-party',
      scopes: ['account', 'items:read'],
    })
  })
})

describe('token ids', () => {
  const server = sharedServer()

  it('A06 E11 never come twice, nor do sessions', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => server().signIn()))
    const claims = tokens.map((token) => opened(token).claims)
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(50)
    expect(new Set(claims.map(({ sid }) => sid)).size).toBe(50)
  })
})

const hs256Secret = 'a phrase that nobody publishes: 7f1c6a0e'

describe('tokens signed by HS256', () => {
  it('C01 A01 are RFC 9068 tokens whose key nobody is shown', async () => {
    const server = await testServer({ signingAlgorithm: 'HS256', hs256Secret })
    await server.addUser()
    const token = await server.signIn()
    expect((await server.app.inject('/.well-known/jwks.json')).json()).toEqual({ keys: [] })
    expect(opened(token).header).toEqual({
      typ: 'at+jwt',
      alg: 'HS256',
      kid: expect.stringMatching(/^[\w-]+$/),
    })
    expect(opened(token).claims).toMatchObject({ iss: issuer, aud: issuer })
    const secret = new TextEncoder().encode(hs256Secret)
    await jwtVerify(token, secret, { issuer, audience: issuer, typ: 'at+jwt' })
    expect((await server.get('/users/me', token)).statusCode).toBe(200)
  })
})

for (const database of databases) {
  describe(`the compatible form on ${database.name}`, () => {
    const compatible = { signingAlgorithm: 'HS256', hs256Secret, subject: 'username' }
    const server = sharedServer(
      async () => ({ ...compatible, databaseUrl: await database.url() }),
      { username: 'Älice' },
    )

    it('A02 names the user by the canonical username, and no audience', async () => {
      const token = await server().signIn({ username: 'ÄLICE' })
      expect(opened(token).header).toMatchObject({ typ: 'JWT', alg: 'HS256' })
      expect(opened(token).claims).toMatchObject({ sub: 'älice', iss: issuer })
      expect(opened(token).claims).not.toHaveProperty('aud')
    })

    it('passes both protected routes, and a guard with the same secret', async () => {
      const token = await server().signIn({ username: 'älice' })
      expect((await server().get('/users/me', token)).json()).toMatchObject({ username: 'Älice' })
      expect((await server().get('/items/', token)).statusCode).toBe(200)
      const guard = createGuard({ secret: hs256Secret, algorithms: ['HS256'], typ: 'JWT' })
      expect(await guard.verify(token)).toMatchObject({ subject: 'älice' })
    })

    it('names an audience that was set', async () => {
      const audience = 'https://api.example.com'
      const databaseUrl = await database.url()
      const other = await testServer({ ...compatible, audience, databaseUrl })
      await other.addUser()
      const token = await other.signIn()
      expect(opened(token).header.typ).toBe('JWT')
      expect(opened(token).claims.aud).toBe(audience)
      expect((await other.get('/users/me', token)).statusCode).toBe(200)
    })
  })

  describe(`the username as subject on ${database.name}`, () => {
    it('A04 leaves all else as RFC 9068 has it', async () => {
      const server = await testServer({ subject: 'username', databaseUrl: await database.url() })
      await server.addUser({ username: 'Alice' })
      const token = await server.signIn()
      expect(opened(token).header.typ).toBe('at+jwt')
      expect(opened(token).claims).toMatchObject({ sub: 'alice', aud: issuer })
      expect((await server.get('/users/me', token)).json()).toMatchObject({ username: 'Alice' })
    })

    it('A04 keeps the names of clients from users', async () => {
      const server = await testServer({ subject: 'username', databaseUrl: await database.url() })
      for (const username of ['first-party', 'First-Party', 'ｆirst-party']) {
        await expect(server.addUser({ username })).rejects.toMatchObject({
          code: 'username_unusable',
        })
      }
    })
  })
}
