import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express, { type ErrorRequestHandler } from 'express'
import express4 from 'express-4'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as forExpress from '../src/express.js'
import * as forFastify from '../src/fastify.js'
import * as forHono from '../src/hono.js'
import { createGuard, type Guard, Refusal } from '../src/index.js'
import * as forNode from '../src/node.js'
import { testTokens } from '../src/testing.js'
import { listening } from './adapters.js'

const tokens = await testTokens()
const guard = createGuard(tokens.guardOptions)
const broken = createGuard({
  ...tokens.guardOptions,
  status: () => {
    throw new Error('no revocations here')
  },
})
const throwing = { refusals: 'throw' } as const

/** What an app's own error handler says: nothing that a guard would. */
function own(error: unknown): string {
  return error instanceof Refusal ? `own ${error.status} ${error.challenge}` : `own ${error}`
}

const apps: readonly (readonly [string, (guard: Guard) => Promise<RequestListener>])[] = [
  ['Fastify', fastifyApp],
  ['Express 5', async (guard) => expressApp(express, guard)],
  ['Express 4', async (guard) => expressApp(express4, guard)],
  ['Hono', async (guard) => getRequestListener(honoApp(guard).fetch)],
  ['Node', async (guard) => nodeApp(guard)],
]

describe.each(apps)('the error handler of an app on %s', (_, app) => {
  it('hears of refusals where a route says so, and of no others', async () => {
    const { ask } = await running(await app(guard))
    const refused = await ask('/thrown', [])
    expect([refused.status, await refused.text()]).toEqual([599, 'own 401 Bearer'])
    const optional = await ask('/thrown-open', ['Bearer x'])
    expect([optional.status, await optional.text()]).toEqual([
      599,
      expect.stringMatching(/^own 401 Bearer error="invalid_token"/),
    ])
    expect((await ask('/answered', [])).status).toBe(401)
    const good = `Bearer ${await tokens.valid()}`
    for (const path of ['/thrown', '/thrown-open', '/answered']) {
      expect(await (await ask(path, [good])).text()).toBe('reached')
    }
  })

  it('hears of what is no refusal, and nobody passes', async () => {
    const { ask } = await running(await app(broken))
    const good = `Bearer ${await tokens.valid()}`
    for (const path of ['/thrown', '/thrown-open', '/answered']) {
      const answer = await ask(path, [good])
      expect([answer.status, await answer.text()]).toEqual([599, 'own Error: no revocations here'])
    }
  })
})

it('Hono answers a refusal that is thrown as the guard does, if the app has no handler', async () => {
  const app = new Hono()
  app.use(async (c, next) => {
    c.header('x-before', 'kept')
    await next()
  })
  app.get('/thrown', forHono.requires(guard, throwing), (c) => c.text('reached'))
  app.get('/answered', forHono.requires(guard), (c) => c.text('reached'))
  for (const path of ['/thrown', '/answered']) {
    const answer = await app.request(path)
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'Not authenticated' },
    ])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.headers.get('x-before')).toBe('kept')
  }
})

it.each([
  ['Fastify', forFastify],
  ['Express', forExpress],
  ['Hono', forHono],
  ['Node', forNode],
] as const)(
  'the adapter for %s refuses wrong scopes and options when a route is made',
  (_, { requires }) => {
    const made = (...asked: unknown[]) => Reflect.apply(requires, undefined, [guard, ...asked])
    const wrong = [{ maxAge: -1 }, { maxAge: '300' }, { refusals: 'log' }, { maxage: 300 }]
    for (const asked of [...wrong, '', 'a b', 'a"', 'a\n', 1, null, ['items:read']]) {
      expect(() => made(asked), JSON.stringify(asked)).toThrow(TypeError)
    }
    expect(() => made('items:read', { maxAge: 300 })).toThrow(TypeError)
    expect(() => made({ maxAge: 300 }, 'a b')).toThrow(TypeError)
    expect(() => made({ maxAge: 300, refusals: 'throw' }, 'items:read')).not.toThrow()
  },
)

it('the scopes of a route are those of its guard, at every adapter', () => {
  const typed = createGuard({ ...tokens.guardOptions, scopes: ['items:read'] })
  const adapters = [forFastify, forExpress, forHono, forNode]
  for (const { optional, requires } of adapters) {
    requires(typed, 'items:read')
    requires(typed, { maxAge: 300 }, 'items:read')
    // @ts-expect-error a misspelt scope
    expect(() => requires(typed, 'items:raed')).toThrow(TypeError)
    // @ts-expect-error a misspelt scope
    expect(() => requires(typed, { maxAge: 300 }, 'items:raed')).toThrow(TypeError)
    // @ts-expect-error a misspelt scope
    expect(() => optional(typed, 'items:raed')).toThrow(TypeError)
  }
  new Hono().get('/', forHono.requires(typed), (c) => {
    // @ts-expect-error a misspelt scope
    c.var.principal.scopes.includes('items:raed')
    return c.text(c.var.principal.subject)
  })
  new Hono().get('/', forHono.optional(typed), (c) => {
    // @ts-expect-error there may be nobody
    return c.text(c.var.principal.subject)
  })
})

async function running(listener: RequestListener) {
  const app = await listening(listener)
  onTestFinished(app.stop)
  return app
}

async function fastifyApp(guard: Guard): Promise<RequestListener> {
  const { optional, requires } = forFastify
  const app = fastify()
  app.setErrorHandler((error, _request, reply) => reply.code(599).send(own(error)))
  app.get('/thrown', { onRequest: requires(guard, throwing) }, () => 'reached')
  app.get('/thrown-open', { onRequest: optional(guard, throwing) }, () => 'reached')
  app.get('/answered', { onRequest: requires(guard) }, () => 'reached')
  await app.ready()
  return app.routing
}

function expressApp(framework: typeof express, guard: Guard): RequestListener {
  const { optional, requires } = forExpress
  const app = framework()
  app.get(
    '/thrown',
    requires(guard, throwing),
    (_request, response) => void response.send('reached'),
  )
  app.get(
    '/thrown-open',
    optional(guard, throwing),
    (_request, response) => void response.send('reached'),
  )
  app.get('/answered', requires(guard), (_request, response) => void response.send('reached'))
  const handler: ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(599).send(own(error))
  }
  app.use(handler)
  return app
}

function honoApp(guard: Guard): Hono {
  const { optional, requires } = forHono
  const app = new Hono()
  app.onError((error) => new Response(own(error), { status: 599 }))
  app.get('/thrown', requires(guard, throwing), (c) => c.text('reached'))
  app.get('/thrown-open', optional(guard, throwing), (c) => c.text('reached'))
  app.get('/answered', requires(guard), (c) => c.text('reached'))
  return app
}

/** Here what rejects is caught by whoever calls the listener. */
function nodeApp(guard: Guard): RequestListener {
  const { optional, requires } = forNode
  const reached: forNode.GuardedListener<unknown> = (_request, response) => response.end('reached')
  const routes: Record<string, forNode.Listener> = {
    '/thrown': requires(guard, throwing)(reached),
    '/thrown-open': optional(guard, throwing)(reached),
    '/answered': requires(guard)(reached),
  }
  return (request, response) => {
    routes[request.url ?? '']?.(request, response).catch((error) => {
      response.writeHead(599).end(own(error))
    })
  }
}
