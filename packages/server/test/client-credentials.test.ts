/** Contract, section 3: a client that acts for itself. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { testServer } from './test-server.js'
import { addClient, basic, claimsOf, doors, entries, send } from './token-requests.js'

for (const database of databases) {
  describe(`client_credentials on ${database.name}`, () => {
    it.each(doors)(
      'A04 the subject of its token at %s is the client; there is no session and no refresh token',
      async (door) => {
        const server = await testServer({ databaseUrl: await database.url() })
        const secret = await addClient(server, 'batch', {
          grants: ['client_credentials', 'refresh_token'],
          scopes: ['jobs', 'admin', 'introspect'],
        })
        const fields = { grant_type: 'client_credentials' }
        const answer = await send(server, door, fields, basic('batch', secret))
        expect(answer.statusCode).toBe(200)
        expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' })
        const body = answer.json()
        // Admin and introspect must be named.
        expect(body).toEqual({
          access_token: expect.any(String),
          token_type: 'bearer',
          expires_in: 1800,
          scope: 'jobs',
        })
        const claims = claimsOf(body.access_token)
        expect(claims).toMatchObject({ sub: 'batch', client_id: 'batch', scope: 'jobs' })
        for (const absent of ['sid', 'auth_time', 'amr']) expect(claims).not.toHaveProperty(absent)
        expect(await entries(server, 'client_token')).toMatchObject([
          { client_id: 'batch', actor: 'client:batch', user_id: null },
        ])

        // No user stands behind it, so it has no account.
        expect((await server.get('/items/', body.access_token)).statusCode).toBe(200)
        const me = await server.get('/users/me', body.access_token)
        expect(me.statusCode).toBe(403)
        expect(me.headers['content-type']).toContain('application/problem+json')
      },
    )
  })
}

describe('client_credentials', () => {
  it('A08 gives what is asked for and the client has, and nothing else', async () => {
    const server = await testServer()
    const secret = await addClient(server, 'batch', {
      grants: ['client_credentials'],
      scopes: ['jobs', 'more', 'introspect'],
    })
    const ask = (scope: string) =>
      send(
        server,
        '/oauth/token',
        { grant_type: 'client_credentials', scope },
        basic('batch', secret),
      )
    expect((await ask('more')).json().scope).toBe('more')
    expect((await ask('introspect')).json().scope).toBe('introspect')
    for (const scope of ['account', 'admin', 'Jobs', 'job', 'jobs account']) {
      const answer = await ask(scope)
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ error: 'invalid_scope' })
    }
  })

  it('a token with the scope account still has no user behind it', async () => {
    const server = await testServer()
    const secret = await addClient(server, 'batch', {
      grants: ['client_credentials'],
      scopes: ['account', 'admin'],
    })
    const fields = { grant_type: 'client_credentials', scope: 'account admin' }
    const answer = await send(server, '/oauth/token', fields, basic('batch', secret))
    const { access_token: token } = answer.json()
    for (const path of ['/users/me', '/users/me/sessions']) {
      expect((await server.get(path, token)).statusCode).toBe(403)
    }
  })

  it('is for those who prove who they are', async () => {
    const server = await testServer()
    await addClient(server, 'batch', { grants: ['client_credentials'] })
    const fields = { grant_type: 'client_credentials', client_id: 'batch' }
    for (const door of doors) {
      const answer = await send(server, door, fields)
      expect(answer.statusCode).toBe(401)
      expect(answer.json()).toMatchObject({ error: 'invalid_client' })
    }
  })

  it('D08 lives as long as the client’s tokens do', async () => {
    const server = await testServer()
    const secret = await addClient(server, 'batch', {
      grants: ['client_credentials'],
      accessTokenTtl: 120,
    })
    const fields = { grant_type: 'client_credentials' }
    const { access_token: token, expires_in: seconds } = (
      await send(server, '/oauth/token', fields, basic('batch', secret))
    ).json()
    expect(seconds).toBe(120)
    server.pass(120_000)
    expect((await server.get('/items/', token)).statusCode).toBe(200)
    server.pass(31_000)
    expect((await server.get('/items/', token)).statusCode).toBe(401)
  })
})
