/** Contract, section 5: the metadata (RFC 8414) tells the truth. */

import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { latchkey } from '../src/index.js'
import { testServer } from './test-server.js'
import { claimsOf, signedIn } from './token-requests.js'

const path = '/.well-known/oauth-authorization-server'

interface Options {
  issuer: string
  prefix?: string
  docs?: boolean
  corsOrigins?: string
}

async function embedded(options: Options) {
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(latchkey, { databaseUrl: 'sqlite::memory:', ...options })
  await app.ready()
  return app
}

describe('D10 the metadata', () => {
  it('is exact', async () => {
    const server = await testServer({ scopes: 'items:read=See the items' })
    const issuer = 'http://127.0.0.1:8000'
    const answer = await server.app.inject(path)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('application/json')
    expect(answer.json()).toEqual({
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      revocation_endpoint: `${issuer}/revoke`,
      introspection_endpoint: `${issuer}/introspect`,
      status_list_aggregation_endpoint: `${issuer}/status-lists`,
      scopes_supported: ['account', 'admin', 'introspect', 'items:read'],
      response_types_supported: [],
      grant_types_supported: ['password', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      revocation_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'none',
      ],
      introspection_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'Bearer',
      ],
      service_documentation: `${issuer}/docs`,
    })
  })

  it('says the issuer that stands in tokens, whatever a request calls this server', async () => {
    const server = await testServer({ issuer: 'https://auth.example.com/tenant' })
    await server.addUser()
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    }
    const answer = await server.app.inject({ url: path, headers })
    expect(answer.body).not.toContain('evil')
    const { access_token: token } = await signedIn(server, {}, headers)
    expect(answer.json().issuer).toBe(claimsOf(token).iss)
    for (const url of [answer.json().token_endpoint, answer.json().jwks_uri]) {
      expect(url).toMatch(/^https:\/\/auth\.example\.com\/tenant\//)
    }
  })

  it('names only what answers', async () => {
    const server = await testServer()
    const { issuer, ...metadata } = (await server.app.inject(path)).json()
    const urls = Object.values(metadata).filter((value) => String(value).startsWith(issuer))
    expect(urls).toHaveLength(6)
    for (const url of urls) {
      const answer = await server.app.inject(String(url).slice(issuer.length))
      expect([200, 302, 405]).toContain(answer.statusCode)
    }
  })

  it('under a prefix is at both places, says the same, and to listed pages too', async () => {
    const issuer = 'https://app.example.com/auth'
    const app = await embedded({ prefix: '/auth', issuer, corsOrigins: 'https://spa.example.com' })
    const headers = { origin: 'https://spa.example.com' }
    const below = await app.inject({ url: `/auth${path}`, headers })
    const between = await app.inject({ url: `${path}/auth`, headers })
    expect(below.json()).toMatchObject({ issuer, token_endpoint: `${issuer}/oauth/token` })
    expect(between.json()).toEqual(below.json())
    for (const { headers: sent } of [below, between]) {
      expect(sent['access-control-allow-origin']).toBe('https://spa.example.com')
    }
    expect((await app.inject(path)).statusCode).toBe(404)
  })

  it('says nothing of documentation where there is none', async () => {
    const app = await embedded({ docs: false, issuer: 'http://127.0.0.1:8000' })
    expect((await app.inject(path)).json()).not.toHaveProperty('service_documentation')
    expect((await app.inject('/docs')).statusCode).toBe(404)
  })
})
