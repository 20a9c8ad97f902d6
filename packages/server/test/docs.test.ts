/** The contract's `GET /docs` and `GET /openapi.json`: what they say of the server and of the app it is in. */

import fastify, { type FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type LatchkeyOptions, latchkey } from '../src/index.js'
import { databaseWithAlice, secretKey } from './embedded.js'
import { issuer, testServer } from './test-server.js'

interface Operation {
  operationId?: string
  security?: Record<string, string[]>[]
  requestBody?: { content: Record<string, { schema: { required?: string[] } }> }
  responses: Record<string, { description: string }>
}
interface OpenApi {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, { title?: string; type?: string }>
    securitySchemes: Record<string, object>
  }
}

const form = 'application/x-www-form-urlencoded'

describe('/openapi.json of the demo', () => {
  it('names the public routes and none of the hidden ones', async () => {
    const document = await documentOf((await testServer()).app)
    expect(operationsOf(document)).toEqual([
      'DELETE /admin/clients/{id}',
      'DELETE /admin/invitations/{id}',
      'DELETE /admin/keys/{kid}',
      'DELETE /admin/sessions',
      'DELETE /admin/sessions/{id}',
      'DELETE /admin/users/{id}',
      'DELETE /admin/users/{id}/attempts',
      'DELETE /users/me',
      'DELETE /users/me/sessions',
      'DELETE /users/me/sessions/{id}',
      'GET /.well-known/jwks.json',
      'GET /.well-known/oauth-authorization-server',
      'GET /admin/audit',
      'GET /admin/audit/export',
      'GET /admin/clients',
      'GET /admin/clients/{id}',
      'GET /admin/health',
      'GET /admin/invitations',
      'GET /admin/keys',
      'GET /admin/mails',
      'GET /admin/mails/{id}',
      'GET /admin/scopes',
      'GET /admin/sessions',
      'GET /admin/statistics',
      'GET /admin/users',
      'GET /admin/users/{id}',
      'GET /admin/users/{id}/obstacles',
      'GET /healthz',
      'GET /items/',
      'GET /metrics',
      'GET /readyz',
      'GET /status-lists',
      'GET /status-lists/{number}',
      'GET /users/me',
      'GET /users/me/export',
      'GET /users/me/sessions',
      'PATCH /admin/clients/{id}',
      'PATCH /admin/users/{id}',
      'PATCH /users/me',
      'POST /admin/clients',
      'POST /admin/clients/{id}/secrets',
      'POST /admin/invitations',
      'POST /admin/keys',
      'POST /admin/user-imports',
      'POST /admin/users',
      'POST /admin/users/{id}/password-reset',
      'POST /email-verifications',
      'POST /first-admin',
      'POST /introspect',
      'POST /oauth/token',
      'POST /password-resets',
      'POST /password-strength',
      'POST /revoke',
      'POST /token',
      'POST /users',
      'POST /users/me/deletion',
      'POST /users/me/password',
      'PUT /email-verifications',
      'PUT /password-resets',
    ])
  })

  it('is OpenAPI 3.1, each operation with a name of its own and described answers', async () => {
    const document = await documentOf((await testServer()).app)
    expect(document.openapi).toBe('3.1.0')
    expect(document.info).toEqual({ title: 'Latchkey', version: expect.stringMatching(/^\d+\./) })
    const operations = Object.values(document.paths).flatMap(Object.values<Operation>)
    const names = operations.flatMap(({ operationId }) => operationId ?? [])
    expect(new Set(names).size).toBe(names.length)
    for (const { responses } of operations) {
      expect(Object.keys(responses).join()).toMatch(/20[0-24]/)
      for (const [status, { description }] of Object.entries(responses)) {
        expect(status).toMatch(/^[2-5]\d\d$/)
        expect(description).toMatch(/\S/)
      }
    }
    expect(danglingReferences(document)).toEqual([])
  })

  it('has the password flow as its security scheme, with all scopes', async () => {
    const { app } = await testServer({
      scopes: 'items:read=See the items; items:write=Change them',
    })
    const { components } = await documentOf(app)
    expect(components.securitySchemes).toEqual({
      password: {
        type: 'oauth2',
        description: expect.any(String),
        flows: {
          password: {
            tokenUrl: '/token',
            scopes: {
              account: 'Manage your own account',
              admin: expect.any(String),
              introspect: expect.any(String),
              'items:read': 'See the items',
              'items:write': 'Change them',
            },
          },
        },
      },
    })
  })

  it('marks the guarded routes, and them alone', async () => {
    const { paths } = await documentOf((await testServer()).app)
    expect(paths['/users/me']?.get?.security).toEqual([{ password: [] }])
    expect(paths['/items/']?.get?.security).toEqual([{ password: [] }])
    for (const path of ['/healthz', '/readyz', '/.well-known/jwks.json']) {
      expect(paths[path]?.get).not.toHaveProperty('security')
    }
    expect(paths['/token']?.post).not.toHaveProperty('security')
  })

  it('says that the token endpoints take a form', async () => {
    const { paths } = await documentOf((await testServer()).app)
    const tutorial = paths['/token']?.post?.requestBody?.content ?? {}
    const standard = paths['/oauth/token']?.post?.requestBody?.content ?? {}
    expect(Object.keys(tutorial)).toEqual([form, 'multipart/form-data'])
    expect(Object.keys(standard)).toEqual([form])
    // Which fields a request needs is its grant's to say.
    expect(tutorial[form]?.schema.required).toBeUndefined()
  })
})

describe('/docs', () => {
  it('loads nothing from elsewhere, and lets no other site frame it', async () => {
    const { app } = await testServer()
    for (const url of ['/docs', '/docs/']) {
      const page = await app.inject(url)
      expect(page.statusCode).toBe(200)
      expect(page.headers).toMatchObject({
        'content-type': expect.stringContaining('text/html'),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      const policy = String(page.headers['content-security-policy']).split('; ')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy.join(' ')).not.toMatch(/https?:|\*|unsafe-eval/)
      expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    }
  })

  it('brings every file that the page names', async () => {
    const { app } = await testServer()
    for (const url of ['/docs', '/docs/']) {
      const { body } = await app.inject(url)
      const named = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
      expect(named.length).toBeGreaterThan(4)
      for (const path of named) {
        const { pathname } = new URL(path, `http://localhost${url}`)
        expect((await app.inject(pathname)).statusCode, pathname).toBe(200)
      }
    }
  })

  it('keeps to its own files', async () => {
    const { app } = await testServer()
    for (const path of ['..%2f..%2fpackage.json', '../../../package.json', '%00', 'none.js']) {
      const answer = await app.inject(`/docs/static/${path}`)
      expect(answer.statusCode).toBeGreaterThanOrEqual(400)
      expect(answer.statusCode).toBeLessThan(500)
    }
  })

  it('answers 405 to what is no reading', async () => {
    const { app } = await testServer()
    for (const url of ['/docs', '/openapi.json'] as const) {
      const answer = await app.inject({ method: 'POST', url })
      expect(answer.statusCode).toBe(405)
      expect(answer.headers.allow).toBe('GET')
      expect((await app.inject({ method: 'HEAD', url })).statusCode).toBe(200)
    }
  })
})

describe('the documentation of an app that embeds Latchkey', () => {
  let databaseUrl: string
  beforeAll(async () => {
    databaseUrl = await databaseWithAlice()
  })

  const embedded = async (options: LatchkeyOptions = {}): Promise<FastifyInstance> => {
    const app: FastifyInstance = fastify()
    onTestFinished(() => app.close())
    app.get('/earlier', () => 'not shown')
    await app.register(latchkey, { databaseUrl, secretKey, issuer, ...options })
    return app
  }

  it('shows the app’s later routes, those of other contexts included', async () => {
    const app = await embedded()
    app.get('/own/:id', () => 'shown')
    app.get('/hidden', { schema: { hide: true } }, () => 'not shown')
    app.register(async (child) => void child.post('/deep', () => 'shown'), { prefix: '/v1' })
    await app.ready()
    const operations = operationsOf(await documentOf(app))
    expect(operations).toEqual(expect.arrayContaining(['GET /own/{id}', 'POST /v1/deep']))
    expect(operations).not.toContain('GET /hidden')
    expect(operations).not.toContain('GET /earlier')
  })

  it('says which scopes a guarded route asks for, whichever hook guards it', async () => {
    const app = await embedded({ scopes: 'items:read=See the items' })
    const guarded = app.latchkey.requires('items:read')
    app.get('/first', { onRequest: guarded }, () => 'inside')
    app.get('/second', { preHandler: [(_request, _reply, done) => done(), guarded] }, () => 'in')
    const { paths, components } = await documentOf(app)
    expect(paths['/first']?.get?.security).toEqual([{ password: ['items:read'] }])
    expect(paths['/second']?.get?.security).toEqual([{ password: ['items:read'] }])
    expect(components.securitySchemes).toHaveProperty(
      ['password', 'flows', 'password', 'scopes', 'items:read'],
      'See the items',
    )
  })

  it('follows references to the app’s schemas, wherever they were added', async () => {
    const app = await embedded()
    app.addSchema({ $id: 'item', title: 'Item', type: 'object', properties: {} })
    app.get('/items', { schema: { response: { 200: { $ref: 'item#' } } } }, () => ({}))
    app.register(async (child) => {
      child.addSchema({ $id: 'deep', title: 'Deep', type: 'object', properties: {} })
      child.get('/deep', { schema: { response: { 200: { $ref: 'deep#' } } } }, () => ({}))
    })
    app.register(async (child) => {
      child.addSchema({ $id: 'deep', title: 'Namesake', type: 'object', properties: {} })
      child.get('/namesake', { schema: { response: { 200: { $ref: 'deep#' } } } }, () => ({}))
    })
    const document = await documentOf(app)
    expect(Object.values(document.components.schemas).map(({ title }) => title)).toContain('Item')
    expect(danglingReferences(document)).toEqual([])
    expect(operationsOf(document)).toEqual(expect.arrayContaining(['GET /deep', 'GET /namesake']))
  })

  it('is there whatever else the app’s routes are', async () => {
    const app = await embedded()
    app.addHttpMethod('MKCOL')
    app.route({ method: 'MKCOL', url: '/folder', handler: () => 'made' })
    app.get('/versioned', { constraints: { version: '1.0.0' } }, () => 1)
    app.get('/versioned', { constraints: { version: '2.0.0' } }, () => 2)
    app.route({ method: ['GET', 'HEAD'], url: '/both', handler: () => 'both' })
    app.all('/all', () => 'all')
    app.get('/*', () => 'rest')
    const operations = operationsOf(await documentOf(app))
    const shown = ['GET /versioned', 'GET /both', 'POST /all', 'GET /{*}']
    expect(operations).toEqual(expect.arrayContaining(shown))
    expect(operations.join()).not.toMatch(/HEAD|MKCOL/)
    expect((await app.inject('/docs')).statusCode).toBe(200)
  })

  it('leaves out schemas of other kinds than JSON Schema', async () => {
    class Foreign {
      readonly self = this
      parse(): void {}
    }
    const app = await embedded()
    app.setValidatorCompiler(() => () => true)
    app.setSerializerCompiler(() => (value) => JSON.stringify(value))
    app.post('/foreign', {
      schema: {
        summary: 'Kept',
        body: new Foreign(),
        response: { 200: new Foreign(), 201: { type: 'string', description: 'Kept' } },
      },
      handler: () => 1,
    })
    const operation = (await documentOf(app)).paths['/foreign']?.post
    expect(operation).toMatchObject({
      summary: 'Kept',
      responses: { 201: { description: 'Kept' } },
    })
    expect(operation).not.toHaveProperty('requestBody')
    expect(operation?.responses).not.toHaveProperty('200')
  })

  it('lives under the prefix, and signs in there', async () => {
    const app = await embedded({ prefix: '/auth' })
    const document: OpenApi = (await app.inject('/auth/openapi.json')).json()
    expect(document.components.securitySchemes).toHaveProperty(
      'password.flows.password.tokenUrl',
      '/auth/token',
    )
    expect(operationsOf(document)).toContain('POST /auth/token')
    const page = await app.inject('/auth/docs')
    expect(page.statusCode).toBe(200)
    const [, script = ''] = /src="([^"]+bundle\.js)"/.exec(page.body) ?? []
    expect(script).toMatch(/^\/auth\/docs\//)
    expect((await app.inject(script)).statusCode).toBe(200)
    expect((await app.inject('/docs')).statusCode).toBe(404)
  })
})

async function documentOf(app: FastifyInstance): Promise<OpenApi> {
  const answer = await app.inject('/openapi.json')
  expect(answer.statusCode, answer.body).toBe(200)
  expect(answer.headers['content-type']).toContain('application/json')
  return answer.json()
}

function operationsOf({ paths }: OpenApi): string[] {
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    .sort()
}

/** What the document refers to and does not have. */
function danglingReferences(document: OpenApi): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)]
  return references
    .map(([, reference = '']) => reference)
    .filter((reference) => {
      const [, name = ''] = /^#\/components\/schemas\/([^/]+)$/.exec(reference) ?? []
      return !Object.hasOwn(document.components.schemas, name)
    })
}
