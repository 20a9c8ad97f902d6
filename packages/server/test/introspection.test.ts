/** Contract, section 5: `POST /introspect` (RFC 7662). */

import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { addClient, basic, claimsOf, refreshed, send, signedIn } from './token-requests.js'

const issuer = 'http://127.0.0.1:8000'
const by = { actor: 'test' }
const minute = 60_000

for (const database of databases) {
  describe(`introspection on ${database.name}`, () => {
    async function scene() {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser({ scopes: ['items'] })
      const app = basic(
        'app',
        await addClient(server, 'app', {
          grants: ['password', 'refresh_token', 'client_credentials'],
          scopes: ['items'],
        }),
      )
      const watcher = basic(
        'watcher',
        await addClient(server, 'watcher', {
          grants: ['client_credentials'],
          scopes: ['introspect'],
        }),
      )
      return { server, app, watcher }
    }

    async function describeToken(server: TestServer, token: string, headers: object) {
      const answer = await send(server, '/introspect', { token }, { ...headers })
      expect(answer.statusCode).toBe(200)
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      })
      expect(answer.headers['content-type']).toContain('application/json')
      return answer.json()
    }

    it('F07 a client sees its own tokens whole', async () => {
      const { server, app } = await scene()
      const tokens = await signedIn(server, {}, app)
      const claims = claimsOf(tokens.access_token)
      const { iat, exp, jti, sid, sub } = claims
      expect(await describeToken(server, tokens.access_token, app)).toEqual({
        active: true,
        token_type: 'bearer',
        scope: 'items',
        client_id: 'app',
        username: 'alice',
        sub,
        aud: issuer,
        iss: issuer,
        exp,
        iat,
        jti,
        sid,
      })
      const refreshToken = await describeToken(server, tokens.refresh_token, app)
      expect(refreshToken).toMatchObject({
        active: true,
        scope: 'items',
        client_id: 'app',
        username: 'alice',
        sub,
        iss: issuer,
        sid,
      })
      expect(refreshToken.exp).toBeGreaterThan(Number(exp))
      // Being asked about has not used it.
      await refreshed(server, tokens.refresh_token, {}, app)

      const own = await send(server, '/oauth/token', { grant_type: 'client_credentials' }, app)
      const described = await describeToken(server, own.json().access_token, app)
      expect(described).toMatchObject({ active: true, sub: 'app', client_id: 'app' })
      expect(described).not.toHaveProperty('username')
      expect(described).not.toHaveProperty('sid')
    })

    it('F07 F09 it sees nothing of others’, and who has introspect sees all', async () => {
      const { server, app, watcher } = await scene()
      const firstParty = await signedIn(server)
      const theirs = await signedIn(server, {}, app)
      for (const token of [firstParty.access_token, firstParty.refresh_token]) {
        expect(await describeToken(server, token, app)).toEqual({ active: false })
        expect(await describeToken(server, token, watcher)).toMatchObject({
          active: true,
          client_id: 'first-party',
        })
      }
      expect(await describeToken(server, theirs.access_token, watcher)).toMatchObject({
        active: true,
        client_id: 'app',
      })
    })

    it('F07 a token with the scope introspect serves as credentials, for as long as it is good', async () => {
      const { server, watcher, app } = await scene()
      const { access_token: token } = await signedIn(server)
      const fields = { grant_type: 'client_credentials', scope: 'introspect' }
      const own = (await send(server, '/oauth/token', fields, watcher)).json().access_token
      await server.addUser({ username: 'auditor', scopes: ['introspect'] })
      const auditor = await signedIn(server, { username: 'auditor', scope: 'introspect' })
      for (const credentials of [own, auditor.access_token]) {
        const headers = { authorization: `Bearer ${credentials}` }
        expect(await describeToken(server, token, headers)).toMatchObject({ active: true })
      }
      await send(server, '/revoke', { token: own }, watcher)
      await send(server, '/revoke', { token: auditor.refresh_token })
      const plain = await signedIn(server, {}, app)
      for (const credentials of [own, auditor.access_token, plain.access_token, 'x.y.z']) {
        const headers = { authorization: `Bearer ${credentials}` }
        const answer = await send(server, '/introspect', { token }, headers)
        expect(answer.statusCode).toBe(401)
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token"/)
        expect(answer.json()).not.toHaveProperty('active')
      }
    })

    it('F08 F09 a token that is no good is inactive, and nothing else is said', async () => {
      const { server, watcher, app } = await scene()
      const inactive = async (token: string) =>
        expect(await describeToken(server, token, watcher)).toEqual({ active: false })

      const revoked = await signedIn(server)
      await send(server, '/revoke', { token: revoked.access_token })
      await inactive(revoked.access_token)
      await inactive(revoked.refresh_token)

      const own = await send(server, '/oauth/token', { grant_type: 'client_credentials' }, app)
      await send(server, '/revoke', { token: own.json().access_token }, app)
      await inactive(own.json().access_token)

      const old = await signedIn(server)
      await refreshed(server, old.refresh_token)
      server.pass(31 * minute)
      await inactive(old.access_token)
      await inactive(old.refresh_token)

      const good = await signedIn(server)
      const [header, payload] = good.access_token.split('.')
      const { privateKey } = generateKeyPairSync('ed25519')
      const signature = sign(null, Buffer.from(`${header}.${payload}`), privateKey)
      for (const forged of [
        `${header}.${payload}.${signature.toString('base64url')}`,
        `${good.access_token}.`,
        `${good.refresh_token}A`,
        'lkr_',
        'unknown',
        String(claimsOf(good.access_token).jti),
        String(claimsOf(good.access_token).sid),
      ]) {
        await inactive(forged)
      }
      expect(await describeToken(server, good.access_token, watcher)).toMatchObject({
        active: true,
      })
      await server.latchkey.users.setDisabled('alice', true, by)
      await inactive(good.access_token)
      await inactive(good.refresh_token)
    })

    it('F10 what another process has ended is inactive at once, and is no credentials either', async () => {
      const settings = { databaseUrl: await database.url(), secretKey: 'ab'.repeat(32) }
      const [one, two] = [await testServer(settings), await testServer(settings)]
      await one.addUser()
      const secret = await addClient(one, 'watcher', {
        grants: ['client_credentials'],
        scopes: ['introspect'],
      })
      const watcher = basic('watcher', secret)
      const tokens = await signedIn(one)
      const fields = { grant_type: 'client_credentials', scope: 'introspect' }
      const own = (await send(one, '/oauth/token', fields, watcher)).json().access_token
      const byToken = { authorization: `Bearer ${own}` }
      expect(await describeToken(two, tokens.access_token, byToken)).toMatchObject({ active: true })
      await send(one, '/revoke', { token: own }, watcher)
      await send(one, '/revoke', { token: tokens.access_token })
      const asked = await send(two, '/introspect', { token: own }, byToken)
      expect(asked.statusCode).toBe(401)
      for (const token of [own, tokens.access_token, tokens.refresh_token]) {
        expect(await describeToken(two, token, watcher)).toEqual({ active: false })
      }
    })

    it('F08 the tokens of a client that is disabled are inactive', async () => {
      const { server, watcher, app } = await scene()
      const tokens = await signedIn(server, {}, app)
      await server.latchkey.clientRegistry.edit('app', { disabled: true }, by)
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        expect(await describeToken(server, token, watcher)).toEqual({ active: false })
      }
    })
  })
}

describe('POST /introspect', () => {
  it('F07 without credentials, with wrong ones, or a public client’s, it answers 401 with a challenge', async () => {
    const server = await testServer()
    await server.addUser()
    await addClient(server, 'app')
    await addClient(server, 'spa', { confidential: false, grants: ['password'] })
    const { access_token: token } = await signedIn(server, { client_id: 'spa' })
    for (const [fields, headers] of [
      [{}, {}],
      [{ client_id: 'spa' }, {}],
      [{}, basic('app', 'wrong')],
      [{}, basic('spa', '')],
    ] as const) {
      const answer = await send(server, '/introspect', { token, ...fields }, headers)
      expect(answer.statusCode).toBe(401)
      expect(answer.json()).toMatchObject({ error: 'invalid_client' })
      expect(answer.json()).not.toHaveProperty('active')
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/)
    }
    const fields = { token, client_id: 'app', client_secret: 'wrong' }
    expect((await send(server, '/introspect', fields)).statusCode).toBe(401)
  })

  it('F03 takes any hint, and asks for a token', async () => {
    const server = await testServer()
    await server.addUser()
    const secret = await addClient(server, 'app', { grants: ['password', 'refresh_token'] })
    const app = basic('app', secret)
    const tokens = await signedIn(server, {}, app)
    for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense']) {
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        const answer = await send(server, '/introspect', { token, token_type_hint }, app)
        expect(answer.json()).toMatchObject({ active: true })
      }
    }
    for (const fields of [{}, { token: '' }]) {
      const answer = await send(server, '/introspect', fields, app)
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ error: 'invalid_request' })
    }
    const read = await server.app.inject('/introspect')
    expect([read.statusCode, read.headers.allow]).toEqual([405, 'POST'])
  })

  it('D05 a token and a secret at once are two ways to say who asks', async () => {
    const server = await testServer()
    await server.addUser({ scopes: ['introspect'] })
    const secret = await addClient(server, 'app')
    const { access_token: token } = await signedIn(server, { ...alice, scope: 'introspect' })
    const fields = { token, client_id: 'app', client_secret: secret }
    const answer = await send(server, '/introspect', fields, { authorization: `Bearer ${token}` })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_request' })
  })
})
