/** OAuth clients that people use, unchanged, against a server that listens. */

import { OAuth2Client, OAuth2HttpError } from '@badgateway/oauth2-client'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { ClientCredentials, ResourceOwnerPassword } from 'simple-oauth2'
import { describe, expect, it } from 'vitest'
import { isTcp } from '../src/loopback.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { addClient, alive, dead, guardedStatuses } from './token-requests.js'

const id = 'my.app~v1'

/** A listening server with a confidential client that may do everything. */
async function listening(): Promise<{ server: TestServer; url: string; secret: string }> {
  const server = await testServer({ issuer: undefined })
  await server.addUser({ scopes: ['items'] })
  const secret = await addClient(server, id, {
    grants: ['password', 'refresh_token', 'client_credentials'],
    scopes: ['items', 'more'],
  })
  await server.app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${server.app.addresses().find(isTcp)?.port}`
  server.latchkey.identity.listensAt(url)
  return { server, url, secret }
}

describe('oauth4webapi', () => {
  const insecure = { [oauth.allowInsecureRequests]: true }

  async function discover(url: string): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(url)
    const answer = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
    return oauth.processDiscoveryResponse(issuer, answer)
  }

  it.each([
    ['client_secret_basic', oauth.ClientSecretBasic],
    ['client_secret_post', oauth.ClientSecretPost],
  ])('goes the whole way by %s', async (_, authentication) => {
    const { server, url, secret } = await listening()
    // RFC 8414 section 3.3 compares the issuer with the address that was asked, to the letter.
    const as = { ...(await discover(url)), issuer: url }
    const client: oauth.Client = { client_id: id }
    const by = authentication(secret)

    const signedIn = await oauth.processGenericTokenEndpointResponse(
      as,
      client,
      await oauth.genericTokenEndpointRequest(as, client, by, 'password', { ...alice }, insecure),
    )
    expect(signedIn).toMatchObject({ token_type: 'bearer', expires_in: 1800, scope: 'items' })

    const next = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, by, signedIn.refresh_token ?? '', insecure),
    )
    expect(next.refresh_token).not.toBe(signedIn.refresh_token)

    const described = await oauth.processIntrospectionResponse(
      as,
      client,
      await oauth.introspectionRequest(as, client, by, next.access_token, insecure),
    )
    expect(described).toMatchObject({ active: true, username: 'alice', client_id: id, iss: url })

    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, by, next.access_token, insecure),
    )
    expect(await guardedStatuses(server, next.access_token)).toEqual(dead)

    const own = await oauth.processClientCredentialsResponse(
      as,
      client,
      await oauth.clientCredentialsGrantRequest(as, client, by, { scope: 'more' }, insecure),
    )
    expect(own.scope).toBe('more')
    expect(own).not.toHaveProperty('refresh_token')
  })

  it('reads what is refused', async () => {
    const { url, secret } = await listening()
    const as = await discover(url)
    const client: oauth.Client = { client_id: id }
    const ask = async (by: oauth.ClientAuth, grant: string, fields: Record<string, string>) =>
      oauth.processGenericTokenEndpointResponse(
        as,
        client,
        await oauth.genericTokenEndpointRequest(as, client, by, grant, fields, insecure),
      )
    const right = oauth.ClientSecretPost(secret)
    await expect(ask(right, 'password', { ...alice, password: 'wrong' })).rejects.toMatchObject({
      name: 'ResponseBodyError',
      status: 400,
      error: 'invalid_grant',
      error_description: 'Incorrect username or password',
    })
    await expect(ask(right, 'refresh_token', { refresh_token: 'old' })).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(ask(right, 'password', { ...alice, scope: 'x' })).rejects.toMatchObject({
      error: 'invalid_scope',
    })
    await expect(ask(right, 'made_up', {})).rejects.toMatchObject({
      error: 'unsupported_grant_type',
    })
    const wrong = oauth.ClientSecretBasic('wrong')
    await expect(ask(wrong, 'client_credentials', {})).rejects.toMatchObject({
      name: 'WWWAuthenticateChallengeError',
      status: 401,
      cause: [{ scheme: 'basic' }],
    })
    const inForm = oauth.ClientSecretPost('wrong')
    await expect(ask(inForm, 'client_credentials', {})).rejects.toMatchObject({
      status: 401,
      error: 'invalid_client',
    })
  })

  it('works as a public client', async () => {
    const { server, url } = await listening()
    await addClient(server, 'spa', { confidential: false, grants: ['password', 'refresh_token'] })
    const as = await discover(url)
    const client: oauth.Client = { client_id: 'spa' }
    const signedIn = await oauth.processGenericTokenEndpointResponse(
      as,
      client,
      await oauth.genericTokenEndpointRequest(
        as,
        client,
        oauth.None(),
        'password',
        { ...alice },
        insecure,
      ),
    )
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(
        as,
        client,
        oauth.None(),
        signedIn.refresh_token ?? '',
        insecure,
      ),
    )
    expect(await guardedStatuses(server, signedIn.access_token)).toEqual(dead)
  })
})

describe('openid-client', () => {
  it('goes the whole way from discovery on', async () => {
    const { server, url, secret } = await listening()
    const config = await openid.discovery(new URL(url), id, secret, undefined, {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    })
    expect(config.serverMetadata()).toMatchObject({ issuer: url })
    const signedIn = await openid.genericGrantRequest(config, 'password', { ...alice })
    expect(signedIn).toMatchObject({ token_type: 'bearer', scope: 'items' })
    const next = await openid.refreshTokenGrant(config, signedIn.refresh_token ?? '')
    expect(await guardedStatuses(server, next.access_token)).toEqual(alive)
    expect(await openid.tokenIntrospection(config, next.refresh_token ?? '')).toMatchObject({
      active: true,
      username: 'alice',
    })
    await openid.tokenRevocation(config, next.refresh_token ?? '')
    expect(await openid.tokenIntrospection(config, next.access_token)).toEqual({ active: false })
    expect(await guardedStatuses(server, next.access_token)).toEqual(dead)
    const own = await openid.clientCredentialsGrant(config, { scope: 'items' })
    expect(own.expiresIn()).toBeGreaterThan(0)
    await expect(openid.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    })
  })
})

describe('simple-oauth2', () => {
  it.each(['header', 'body'] as const)(
    'goes the whole way with its credentials in the %s',
    async (authorizationMethod) => {
      const { server, url, secret } = await listening()
      const options = {
        client: { id, secret },
        auth: { tokenHost: url, tokenPath: '/oauth/token', revokePath: '/revoke' },
        options: { authorizationMethod },
      }
      const password = new ResourceOwnerPassword(options)
      const first = await password.getToken(alice)
      expect(first.expired()).toBe(false)
      const next = await first.refresh({ scope: 'items' })
      expect(next.token).toMatchObject({ token_type: 'bearer', scope: 'items' })
      const access = String(next.token.access_token)
      expect(await guardedStatuses(server, access)).toEqual(alive)
      await next.revokeAll()
      expect(await guardedStatuses(server, access)).toEqual(dead)
      await expect(next.refresh()).rejects.toMatchObject({
        output: { statusCode: 400 },
        data: { payload: { error: 'invalid_grant' } },
      })
      await expect(password.getToken({ ...alice, password: 'wrong' })).rejects.toMatchObject({
        data: { payload: { error: 'invalid_grant' } },
      })
      const own = await new ClientCredentials(options).getToken({ scope: 'more' })
      expect(own.token).toMatchObject({ scope: 'more' })
      expect(own.token).not.toHaveProperty('refresh_token')
    },
  )
})

describe('@badgateway/oauth2-client', () => {
  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    'goes the whole way from discovery on by %s',
    async (authenticationMethod) => {
      const { server, url, secret } = await listening()
      const client = new OAuth2Client({
        server: `${url}/`,
        clientId: id,
        clientSecret: secret,
        authenticationMethod,
        discoveryEndpoint: '/.well-known/oauth-authorization-server',
      })
      const first = await client.password(alice)
      const next = await client.refreshToken(first)
      expect(next.refreshToken).not.toBe(first.refreshToken)
      expect(await client.introspect(next)).toMatchObject({ active: true, username: 'alice' })
      await client.revoke(next, 'refresh_token')
      expect(await guardedStatuses(server, next.accessToken)).toEqual(dead)
      const refused = client.refreshToken(next)
      await expect(refused).rejects.toBeInstanceOf(OAuth2HttpError)
      await expect(refused).rejects.toMatchObject({ oauth2Code: 'invalid_grant', httpCode: 400 })
      const own = await client.clientCredentials({ scope: ['more'] })
      expect(own.accessToken).toBeTruthy()
      expect(own.refreshToken).toBeNull()
    },
  )
})
