/** Contract, section 3, and checklist D11: which pages may call this server. */

import { describe, expect, it } from 'vitest'
import { type TestServer, testServer } from './test-server.js'
import { send } from './token-requests.js'

const listed = 'https://app.example.com'
const foreign = 'https://evil.example'

const open = [
  ['POST', '/token'],
  ['POST', '/oauth/token'],
  ['POST', '/revoke'],
  ['POST', '/introspect'],
  ['GET', '/.well-known/jwks.json'],
  ['GET', '/.well-known/oauth-authorization-server'],
  ['POST', '/users'],
  ['GET', '/users/me'],
  ['GET', '/users/me/sessions'],
  ['DELETE', '/users/me/sessions/some-id'],
] as const

const closed = [
  ['GET', '/admin/sessions'],
  ['DELETE', '/admin/sessions/some-id'],
  ['POST', '/admin/clients'],
  ['POST', '/admin/invitations'],
  ['GET', '/admin/clients/some-id'],
] as const

function preflight(server: TestServer, method: string, url: string, origin: string) {
  return server.app.inject({
    method: 'OPTIONS',
    url,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,latchkey-session',
    },
  })
}

describe('D11 CORS', () => {
  it.each(open)(
    '%s %s answers a preflight of a listed origin, and of no other',
    async (method, url) => {
      const server = await testServer({ corsOrigins: `${listed}, http://localhost:5173` })
      for (const origin of [listed, 'http://localhost:5173']) {
        const answer = await preflight(server, method, url, origin)
        expect(answer.statusCode).toBe(204)
        expect(answer.body).toBe('')
        expect(answer.headers).toMatchObject({
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          vary: 'Origin',
        })
        expect(answer.headers['access-control-allow-methods']).toContain(method)
        const allowed = String(answer.headers['access-control-allow-headers']).toLowerCase()
        for (const name of ['authorization', 'content-type', 'if-match', 'latchkey-session']) {
          expect(allowed).toContain(name)
        }
      }
      for (const origin of [foreign, `${listed}.evil.example`, 'null', `${listed}:8443`, '*']) {
        const answer = await preflight(server, method, url, origin)
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
        expect(answer.headers.vary).toBe('Origin')
      }
    },
  )

  it('lets a listed page read answers, refusals too', async () => {
    const server = await testServer({ corsOrigins: listed })
    await server.addUser()
    const fields = { username: 'alice', password: 'correct horse battery' }
    const answers = [
      await send(server, '/token', fields, { origin: listed }),
      await send(server, '/token', { ...fields, password: 'wrong' }, { origin: listed }),
      await server.app.inject({ url: '/users/me', headers: { origin: listed } }),
      await server.app.inject({ method: 'PUT', url: '/token', headers: { origin: listed } }),
      await send(server, '/token', { username: 'x'.repeat(20_000) }, { origin: listed }),
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 401, 401, 405, 413])
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe(listed)
      expect(headers['access-control-expose-headers']).toBe(
        'WWW-Authenticate, Retry-After, ETag, Latchkey-Device',
      )
    }
    const foreigners = await send(server, '/token', fields, { origin: foreign })
    expect(foreigners.headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('* lets every page read, and none with cookies', async () => {
    const server = await testServer({ corsOrigins: '*' })
    const answer = await preflight(server, 'POST', '/token', foreign)
    expect(answer.statusCode).toBe(204)
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it.each(['', listed, '*'])(
    'no page ever reads an answer of /admin, with %j allowed',
    async (corsOrigins) => {
      const server = await testServer({ corsOrigins })
      for (const [method, url] of closed) {
        const asking = await preflight(server, method, url, listed)
        const called = await server.app.inject({ method, url, headers: { origin: listed } })
        for (const { headers } of [asking, called]) {
          expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual(
            [],
          )
        }
      }
    },
  )

  it('without allowed origins no page may read anything', async () => {
    const server = await testServer()
    const answer = await preflight(server, 'POST', '/token', listed)
    expect(answer.statusCode).toBe(405)
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })
})
