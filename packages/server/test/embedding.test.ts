/** The contract's section 10: an app of one's own stays as it is, and Latchkey answers in it as it does alone. */

import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type LatchkeyOptions, latchkey } from '../src/index.js'
import { databaseWithAlice, secretKey } from './embedded.js'
import { alice, issuer, testServer } from './test-server.js'

let databaseUrl: string

beforeAll(async () => {
  databaseUrl = await databaseWithAlice()
})

/** All tests type wrong passwords for one user of one database. */
const failuresPerName = '1000/10s'
const itsOwn = { issuer, secretKey, failuresPerName }

const orders = ['before', 'after'] as const
const places = [
  { place: 'without a prefix', options: { docs: false } },
  { place: 'under a prefix', options: { prefix: '/auth' } },
]

for (const order of orders) {
  describe.each(places)(`registered ${order} an app’s own plugins, $place`, ({ options }) => {
    const { prefix = '' } = options as LatchkeyOptions

    it('leaves the app’s own routes as they were', async () => {
      const alone = await ownApp()
      const shared = await ownApp({ order, options })
      const statuses: number[] = []
      for (const request of ownRequests) {
        const own = await answerOf(alone.app, request)
        expect(await answerOf(shared.app, request), JSON.stringify(request)).toEqual(own)
        statuses.push(own.status)
      }
      expect(statuses).toEqual([
        200, 200, 200, 418, 200, 418, 200, 418, 418, 200, 404, 404, 204, 418,
      ])
    })

    it('adds app.latchkey and request.principal, and routes of its own', async () => {
      const alone = await ownApp()
      const shared = await ownApp({ order, options })
      expect(without(namesOf(shared.app), namesOf(alone.app))).toEqual(['latchkey'])
      const { request, reply } = await decorationsOf(shared)
      const usual = await decorationsOf(alone)
      expect(without(request, usual.request)).toEqual(['principal'])
      expect(without(reply, usual.reply)).toEqual([])
      expect(Object.keys(shared.app.getSchemas())).toEqual(Object.keys(alone.app.getSchemas()))
      for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', '*']) {
        expect(shared.app.hasContentTypeParser(type)).toBe(alone.app.hasContentTypeParser(type))
      }
      const paths = new Set(
        without(shared.routes, alone.routes).map((route) => route.split(' ')[1]),
      )
      const expected = [...latchkeyPaths, ...('docs' in options ? [] : docsPaths)]
      const discovered = prefix === '' ? [] : [`/.well-known/oauth-authorization-server${prefix}`]
      const all = [...expected.map((path) => `${prefix}${path}`), ...discovered]
      expect([...paths].sort()).toEqual(all.sort())
    })

    it('answers as a server of its own does', async () => {
      const standalone = await testServer({ databaseUrl, secretKey, failuresPerName })
      const { app } = await ownApp({ order, options })
      const token = await signIn(app, prefix)
      for (const request of latchkeyRequests(token)) {
        const own = await answerOf(standalone.app, request)
        const answer = await answerOf(app, { ...request, url: `${prefix}${request.url}` })
        expect(answer, JSON.stringify(request)).toMatchObject({
          ...own,
          headers: {
            ...own.headers,
            ...(own.headers.location !== undefined && {
              location: `${prefix}${own.headers.location}`,
            }),
            // Each device has its own.
            ...(own.headers['latchkey-device'] !== undefined && {
              'latchkey-device': expect.stringMatching(/^lkd_/),
            }),
          },
        })
      }
    })

    it('B22 guards the app’s own routes, even where the caller is never read', async () => {
      const { app } = await ownApp({ order, options })
      const token = await signIn(app, prefix)
      const guarded = (url: string, authorization?: string) =>
        app.inject({ url, headers: authorization === undefined ? {} : { authorization } })
      for (const url of ['/own/guarded', '/own/guarded-late', '/own/guarded-async']) {
        expect((await guarded(url, `Bearer ${token}`)).body, url).toBe('"inside"')
        for (const bad of [undefined, 'Bearer x', `Bearer ${token.slice(0, -4)}AAAA`]) {
          const refused = await guarded(url, bad)
          expect(refused.statusCode).toBe(401)
          expect(refused.headers['www-authenticate']).toMatch(/^Bearer/)
          expect(refused.headers['content-type']).toContain('application/problem+json')
          expect(refused.body).not.toContain('inside')
        }
      }
      expect((await guarded('/own/scoped', `Bearer ${token}`)).statusCode).toBe(403)
    })
  })
}

interface Own {
  app: FastifyInstance
  /** `METHOD path` of every route. */
  routes: string[]
}

/** An app that has everything already, with or without Latchkey in it. */
async function ownApp(embedded?: {
  order: (typeof orders)[number]
  options: LatchkeyOptions
}): Promise<Own> {
  const app: FastifyInstance = fastify()
  onTestFinished(() => app.close())
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    routes.push(...[method].flat().map((one) => `${one} ${url}`))
  })
  const embed = async () => {
    await app.register(latchkey, { ...itsOwn, databaseUrl, ...embedded?.options })
  }
  if (embedded?.order === 'before') await embed()
  await furnish(app)
  if (embedded?.order === 'after') await embed()
  ownRoutes(app)
  if (embedded !== undefined) guardedRoutes(app)
  await app.ready()
  return { app, routes: routes.filter((route) => !route.includes('/own/')) }
}

async function furnish(app: FastifyInstance): Promise<void> {
  app.addSchema({ $id: 'user', type: 'object', properties: { own: { type: 'boolean' } } })
  await app.register(formbody)
  await app.register(cookie)
  await app.register(cors, { origin: 'https://app.example' })
  await app.register(helmet)
  await app.register(swagger, { openapi: { info: { title: 'Own', version: '1' } } })
  await app.register(swaggerUi, { routePrefix: '/documentation' })
  app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => {
    done(null, { rows: String(body).split('\n') })
  })
  app.addHook('onRequest', async (_request, reply) => void reply.header('x-own', 'yes'))
  app.addHook('onSend', async (_request, reply) => void reply.header('x-own-too', 'yes'))
  app.setValidatorCompiler(() => (value) => {
    const good = typeof value === 'object' && value !== null && 'good' in value
    return good ? { value } : { error: new Error('own validator') }
  })
  app.setSerializerCompiler(() => (value) => JSON.stringify({ own: value }))
  app.setErrorHandler((error, _request, reply) => {
    reply.code(418).send({ own: error instanceof Error ? error.message : '' })
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ own: 'nothing here' }))
}

function ownRoutes(app: FastifyInstance): void {
  app.get('/docs', () => 'the app’s own documents')
  app.post('/own/echo', (request) => ({ body: request.body }))
  app.post('/own/checked', {
    schema: { body: { type: 'object' }, response: { 200: { $ref: 'user#' } } },
    handler: (request) => request.body,
  })
  app.get('/own/fails', () => {
    throw new Error('own failure')
  })
  app.get('/own/cookie', (request, reply) => reply.setCookie('b', '2').send(request.cookies))
  app.get('/own/names', (request, reply) => ({ request: namesOf(request), reply: namesOf(reply) }))
}

function guardedRoutes(app: FastifyInstance): void {
  const authenticated = app.latchkey.requires()
  app.get('/own/guarded', { onRequest: authenticated }, (_request, reply) => reply.send('"inside"'))
  app.get('/own/guarded-late', { preHandler: [authenticated] }, (_request, reply) =>
    reply.send('"inside"'),
  )
  app.get('/own/guarded-async', { onRequest: [authenticated] }, async () => '"inside"')
  app.get('/own/scoped', { onRequest: app.latchkey.requires('items:read') }, () => 'never')
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = { 'content-type': 'application/json' }

const ownRequests: InjectOptions[] = [
  { url: '/docs' },
  { url: '/own/echo', method: 'POST', headers: form, payload: 'a=1&b=2&a=3' },
  { url: '/own/echo', method: 'POST', headers: json, payload: '{"a":1}' },
  { url: '/own/echo', method: 'POST', headers: json, payload: '{' },
  { url: '/own/echo', method: 'POST', headers: { 'content-type': 'text/csv' }, payload: 'a\nb' },
  { url: '/own/echo', method: 'POST', headers: { 'content-type': 'text/x' }, payload: 'a' },
  { url: '/own/checked', method: 'POST', headers: json, payload: '{"good":true}' },
  { url: '/own/checked', method: 'POST', headers: json, payload: '{}' },
  { url: '/own/fails' },
  { url: '/own/cookie', headers: { cookie: 'a=1' } },
  { url: '/own/missing' },
  { url: '/own/fails', method: 'DELETE' },
  {
    url: '/own/echo',
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  },
  { url: '/own/fails', headers: { origin: 'https://app.example' } },
]

const latchkeyPaths = [
  '/.well-known/oauth-authorization-server',
  '/account',
  '/account/',
  '/account/*',
  '/account/assets/:name',
  '/account/brand.css',
  '/account/data',
  '/account/first-admin',
  '/account/forgotten-password',
  '/account/invitation',
  '/account/password',
  '/account/profile',
  '/account/reset-password',
  '/account/sessions',
  '/account/sign-in',
  '/account/sign-up',
  '/account/verify-email',
  '/admin/audit',
  '/admin/audit/export',
  '/admin/clients',
  '/admin/clients/:id',
  '/admin/clients/:id/secrets',
  '/admin/health',
  '/admin/invitations',
  '/admin/invitations/:id',
  '/admin/keys',
  '/admin/keys/:kid',
  '/admin/mails',
  '/admin/mails/:id',
  '/admin/scopes',
  '/admin/sessions',
  '/admin/sessions/:id',
  '/admin/statistics',
  '/admin/user-imports',
  '/admin/users',
  '/admin/users/:id',
  '/admin/users/:id/attempts',
  '/admin/users/:id/obstacles',
  '/admin/users/:id/password-reset',
  '/.well-known/jwks.json',
  '/first-admin',
  '/console',
  '/console/',
  '/console/*',
  '/console/assets/:name',
  '/console/audit',
  '/console/brand.css',
  '/console/clients',
  '/console/health',
  '/console/inspect',
  '/console/keys',
  '/console/mails',
  '/console/scopes',
  '/console/sessions',
  '/console/sign-in',
  '/console/users',
  '/console/users/:id',
  '/console/users/import',
  '/email-verifications',
  '/healthz',
  '/introspect',
  '/metrics',
  '/oauth/token',
  '/password-resets',
  '/readyz',
  '/revoke',
  '/status-lists',
  '/status-lists/:number',
  '/token',
  '/users',
  '/users/me',
  '/users/me/',
  '/users/me/deletion',
  '/users/me/export',
  '/users/me/password',
  '/password-strength',
  '/users/me/sessions',
  '/users/me/sessions/:id',
]
const docsPaths = ['/docs', '/docs/', '/docs/*', '/openapi.json']

function latchkeyRequests(token: string): (InjectOptions & { url: string })[] {
  const post = (url: string, headers: Record<string, string>, payload: string) =>
    ({ url, method: 'POST', headers, payload }) as const
  const good = new URLSearchParams(alice).toString()
  const parts = { 'content-type': 'multipart/form-data; boundary=x' }
  const part = (name: string, value: string) =>
    `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  return [
    post('/token', form, good),
    post('/oauth/token', form, good),
    post('/token', parts, `${part('username', 'alice')}${part('password', alice.password)}--x--`),
    post('/token', form, 'username=alice&password=wrong'),
    post('/oauth/token', form, 'username=alice&password=wrong'),
    post('/token', form, 'username=alice'),
    post('/token', form, 'username=alice&username=bob&password=x'),
    post('/token', form, `username=${'a'.repeat(17_000)}`),
    post('/token', json, '{"username":"alice"}'),
    post('/token', { 'content-type': 'text/csv' }, 'a'),
    post('/oauth/token', json, '{'),
    { url: '/token' },
    { url: '/token', method: 'DELETE' },
    { url: '/users/me', headers: { authorization: `Bearer ${token}` } },
    { url: '/users/me', method: 'HEAD', headers: { authorization: `Bearer ${token}` } },
    { url: '/users/me' },
    { url: '/users/me', headers: { authorization: 'Bearer x' } },
    { url: '/users/me', method: 'POST' },
    { url: '/users/me/?a=1' },
    { url: '/users/me/sessions', headers: { authorization: `Bearer ${token}` } },
    { url: '/users/me/sessions', method: 'PUT' },
    {
      url: '/users/me/sessions/x',
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    },
    { url: '/admin/clients', headers: { authorization: `Bearer ${token}` } },
    post('/users', json, '{"username":"bob","password":"correct horse battery"}'),
    post('/first-admin', json, '{}'),
    post('/oauth/token', form, 'grant_type=refresh_token&refresh_token=x'),
    post('/revoke', form, 'token=x'),
    post('/revoke', json, '{}'),
    post('/introspect', form, 'token=x'),
    { url: '/.well-known/jwks.json' },
    { url: '/status-lists' },
    { url: '/status-lists/9' },
    { url: '/account/brand.css' },
    { url: '/console/brand.css' },
    { url: '/healthz' },
    { url: '/readyz' },
  ]
}

async function signIn(app: FastifyInstance, prefix: string): Promise<string> {
  const payload = new URLSearchParams(alice).toString()
  const answer = await app.inject({
    url: `${prefix}/token`,
    method: 'POST',
    headers: form,
    payload,
  })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<{ access_token: string }>().access_token
}

interface Answer {
  status: number
  body: string
  headers: Record<string, unknown>
}

/** An answer without what differs each time. */
async function answerOf(app: FastifyInstance, request: InjectOptions): Promise<Answer> {
  const { statusCode: status, headers, body } = await app.inject(request)
  const { date: _, connection: __, ...kept } = headers
  return {
    status,
    body: body.replace(/"(access|refresh)_token":"[^"]+"/g, '"$1_token":"..."'),
    headers: kept,
  }
}

/** All names that an object answers to, its prototypes' included. */
function namesOf(object: object | null): string[] {
  const parent: unknown = object === null ? null : Object.getPrototypeOf(object)
  if (object === null || parent === null) return []
  const names = Reflect.ownKeys(object).map(String)
  return [...names, ...(typeof parent === 'object' ? namesOf(parent) : [])]
}

async function decorationsOf({ app }: Own): Promise<{ request: string[]; reply: string[] }> {
  const answer = await app.inject('/own/names')
  return answer.json()
}

function without(names: readonly string[], known: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !known.includes(name))
}
