import { once } from 'node:events'
import { connect } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { requires } from '../src/fastify.js'
import { createGuardOn } from '../src/guard.js'
import { Clock } from './clock.js'
import { FakeIssuer } from './fake-issuer.js'
import { allKeys, audience, issuer, mint, noon, platforms, signers } from './tokens.js'

const token = mint(signers.ES256)
const apps: FastifyInstance[] = []

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

describe.each(platforms)('a Fastify route behind a guard on %s', (_, platform) => {
  /** An app that answers errors in its own way, and whose handler never looks at the caller. */
  function guardedApp(now = () => noon * 1000): FastifyInstance {
    const guard = createGuardOn(platform, { keys: allKeys(platform), issuer, audience, now })
    const app = fastify()
    apps.push(app)
    app.setErrorHandler((error, _request, reply) => {
      reply.code(599).send({ own: error instanceof Error ? error.message : '' })
    })
    app.get('/items/', { onRequest: requires(guard, 'items:read') }, () => [{ item_id: 1 }])
    app.get('/admin', { onRequest: requires(guard, 'admin') }, () => 'never')
    app.get('/me', { onRequest: requires(guard) }, (request) => request.principal.subject)
    return app
  }

  it('B22 answers a valid token only, even if its handler never reads the caller', async () => {
    const app = guardedApp()
    const authorization = `Bearer ${token}`
    expect((await app.inject({ url: '/items/', headers: { authorization } })).json()).toEqual([
      { item_id: 1 },
    ])
    const [head, payload, signature = ''] = token.split('.')
    const forged = `${head}.${payload}.${signature.slice(0, -4)}AAAA`
    for (const bad of [`Bearer ${forged}`, 'Bearer x', 'Bearer ', 'Basic dTpw']) {
      const answer = await app.inject({ url: '/items/', headers: { authorization: bad } })
      expect(answer.statusCode).toBe(401)
      expect(answer.body).not.toContain('item_id')
    }
  })

  it('waits with its first request until the guard has asked its issuer', async () => {
    const clock = new Clock()
    const issuer = await FakeIssuer.start(clock)
    const options = { issuer: issuer.url, audience, now: clock.now }
    const guard = createGuardOn(platform, options, clock.schedule)
    const app = fastify()
    apps.push(app)
    app.get('/me', { onRequest: requires(guard) }, (request) => request.principal.subject)
    const headers = { authorization: `Bearer ${issuer.token(5)}` }
    expect((await app.inject({ url: '/me', headers })).body).toBe('user-1')
    clock.jump(issuer.listLife)
    const answer = await app.inject({ url: '/me', headers })
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5'])
    guard.close()
    await issuer.stop()
  })

  it('knows who is calling', async () => {
    const answer = await guardedApp().inject({
      url: '/me',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.body).toBe('user-1')
  })

  it('B20 answers refusals itself, past the error handler of the app', async () => {
    const app = guardedApp()
    const anonymous = await app.inject('/items/')
    expect(anonymous.statusCode).toBe(401)
    expect(anonymous.headers).toMatchObject({
      'www-authenticate': 'Bearer',
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(anonymous.json()).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'Not authenticated',
    })
    const scope = await app.inject({ url: '/admin', headers: { authorization: `Bearer ${token}` } })
    expect(scope.statusCode).toBe(403)
    expect(scope.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="admin"',
    )
  })

  it('leaves what is no refusal to the error handler of the app', async () => {
    const app = guardedApp(() => {
      throw new Error('the clock has stopped')
    })
    const answer = await app.inject({
      url: '/items/',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.statusCode).toBe(599)
    expect(answer.json()).toEqual({ own: 'the clock has stopped' })
  })

  it('B19 refuses two Authorization headers that come over a real socket', async () => {
    const app = guardedApp()
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    const bearer = `Authorization: Bearer ${token}`
    expect(await statusOf(port, [bearer])).toBe(200)
    expect(await statusOf(port, [bearer, bearer])).toBe(400)
    expect(await statusOf(port, [bearer, 'authorization: Basic dTpw'])).toBe(400)
    expect(await statusOf(port, ['AUTHORIZATION: Basic dTpw', bearer])).toBe(400)
    expect(await statusOf(port, ['Authorization:', bearer])).toBe(400)
    expect(await statusOf(port, [`X-Other: Authorization`, `Cookie: access_token=${token}`])).toBe(
      401,
    )
  })
})

it('requires refuses scopes that are none, when the route is made', () => {
  const guard = createGuardOn(platforms[0]?.[1] ?? expect.fail(), {
    keys: () => undefined,
    issuer,
    audience,
  })
  for (const scope of ['', 'a b', 'a"', 'a\n']) {
    expect(() => requires(guard, scope)).toThrow(TypeError)
  }
})

async function statusOf(port: string, headers: readonly string[]): Promise<number> {
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    ['GET /items/ HTTP/1.1', 'Host: localhost', 'Connection: close', ...headers, '', ''].join(
      '\r\n',
    ),
  )
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await once(socket, 'close')
  return Number(Buffer.concat(chunks).toString('latin1').split(' ')[1])
}
