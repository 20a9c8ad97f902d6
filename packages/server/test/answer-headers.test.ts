/** What every answer says to caches and browsers, refusals and unknown paths included. */

import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { latchkey } from '../src/index.js'
import { databaseWithAlice, secretKey } from './embedded.js'
import { exchange, listen, request } from './raw-http.js'
import { alice, type TestServer, testServer } from './test-server.js'

const form = 'application/x-www-form-urlencoded'
const usual = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** Those of the documentation by which every operation is called, without what it needs. */
async function operationsOf(server: TestServer) {
  const document = (await server.app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, unknown>>
  }>()
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => ({
      method: method.toUpperCase() as 'GET',
      url: path.replace(/\{\w+\}/g, '1'),
    })),
  )
}

const cached = [
  '/.well-known/jwks.json',
  '/.well-known/oauth-authorization-server',
  '/status-lists',
  '/status-lists/1',
]

describe('headers', () => {
  it('D04 J08 are on the answers of every operation, whatever they answer', async () => {
    const server = await testServer()
    const operations = await operationsOf(server)
    expect(operations.length).toBeGreaterThan(40)
    for (const operation of operations) {
      const answer = await server.app.inject(operation)
      const isCached = answer.statusCode === 200 && cached.includes(operation.url)
      const cache = isCached ? expect.stringMatching(/^public, max-age=\d/) : 'no-store'
      expect([operation, answer.statusCode, answer.headers]).toEqual([
        operation,
        answer.statusCode,
        expect.objectContaining({ ...usual, 'cache-control': cache }),
      ])
      expect(answer.headers).not.toHaveProperty('server')
      expect(answer.headers).not.toHaveProperty('x-powered-by')
    }
  })

  it.for([
    ['a sign-in', 'POST /token', form, new URLSearchParams(alice).toString(), 200],
    ['a wrong password', 'POST /token', form, 'username=alice&password=x', 401],
    ['an unknown path', 'GET /nowhere', '', '', 404],
    ['a wrong method', 'PUT /token', '', '', 405],
    ['another media type', 'POST /oauth/token', 'text/plain', 'x', 415],
    ['a large body', 'POST /token', form, 'x'.repeat(20_000), 413],
    ['a long URL', `GET /${'x'.repeat(3000)}`, '', '', 414],
    ['a redirection', 'GET /items', '', '', 307],
    ['a guarded route', 'GET /items/', '', '', 401],
    ['a URL that is none', 'GET /%ff', '', '', 404],
    ['large headers', 'GET /', 'x'.repeat(17_000), '', 431],
    ['what is no HTTP', 'GET', '', '', 400],
  ] as const)('are on the answer to %s', async ([, line, type, body, status]) => {
    const server = await testServer()
    await server.addUser()
    const lines = body === '' ? [] : [`Content-Length: ${body.length}`]
    const typed = type === '' ? lines : [...lines, `Content-Type: ${type}`]
    const answer = await exchange(await listen(server.app), request(line, typed, body))
    expect(answer.status).toBe(status)
    const headers = Object.fromEntries(answer.headers)
    expect(headers).toMatchObject(usual)
  })

  it('J08 let no page frame the pages, and these run their own scripts alone', async () => {
    const { app } = await testServer()
    for (const url of ['/docs', '/account/reset-password']) {
      const { statusCode, headers } = await app.inject(url)
      expect(statusCode).toBe(200)
      const policy = String(headers['content-security-policy'])
      expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/script-src[^;]*unsafe/)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
    }
  })

  it('J07 promise https where the issuer has it, and never redirect there', async () => {
    const secure = await testServer({ issuer: 'https://auth.example.com' })
    for (const url of ['/healthz', '/nowhere', '/docs']) {
      const { statusCode, headers } = await secure.app.inject(url)
      expect(statusCode).not.toBe(307)
      expect(headers['strict-transport-security']).toBe('max-age=31536000')
    }
    const plain = await testServer()
    expect((await plain.app.inject('/healthz')).headers).not.toHaveProperty(
      'strict-transport-security',
    )
  })

  it('are none of an app’s own routes where it embeds Latchkey', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    const databaseUrl = await databaseWithAlice()
    const issuer = 'https://example.com/auth'
    await app.register(latchkey, { databaseUrl, secretKey, issuer, prefix: '/auth' })
    app.get('/own', async () => ({ own: true }))
    const own = await app.inject('/own')
    const names = Object.keys(own.headers)
    expect(names.filter((name) => name in usual || name.startsWith('strict'))).toEqual([])
    expect((await app.inject('/auth/healthz')).headers).toMatchObject({
      ...usual,
      'strict-transport-security': 'max-age=31536000',
    })
  })
})
