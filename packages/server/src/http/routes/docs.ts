import fastify, { type FastifyInstance, type FastifySchema, type RouteOptions } from 'fastify'
import { ignoresSlash, refuseOtherMethods } from '../paths.js'
import { setCompilers } from '../schema-compilers.js'

interface Dependencies {
  version: string
  /** Every route of the whole app so far, the embedding app's included. */
  routes: () => readonly RouteOptions[]
  /** The scopes that a route asks for; undefined for an open one. */
  scopesRequired: (route: RouteOptions) => readonly string[] | undefined
  /** All scopes, with what each allows. */
  scopes: ReadonlyMap<string, string>
  /** Schemas that routes refer to by `$ref`. */
  sharedSchemas: () => Record<string, unknown>
}

/** `GET /docs`: documentation that signs in and tries out; `GET /openapi.json`: the same for machines. */
export function docsRoutes(app: FastifyInstance, deps: Dependencies): void {
  let built: Promise<FastifyInstance> | undefined
  const docs = () => {
    built ??= buildDocs(app.prefix, deps)
    return built
  }
  app.addHook('onClose', async () => {
    const failed = () => undefined
    await built?.then((open) => open.close(), failed)
  })
  app.route({
    method: 'GET',
    url: '/openapi.json',
    schema: { hide: true },
    handler: async (_request, reply) => {
      reply.header('cache-control', 'no-cache')
      return (await docs()).swagger()
    },
  })
  const pages = ignoresSlash(app) ? ['/docs', '/docs/*'] : ['/docs', '/docs/', '/docs/*']
  for (const url of pages) {
    app.route({
      method: 'GET',
      url,
      schema: { hide: true },
      handler: async (request, reply) => {
        const page = await (await docs()).inject({ method: 'GET', url: request.url })
        const type = page.headers['content-type'] ?? 'application/octet-stream'
        return reply
          .code(page.statusCode)
          .headers({ ...pageHeaders, 'content-type': type })
          .send(page.rawPayload)
      },
    })
  }
  for (const url of ['/openapi.json', '/docs']) refuseOtherMethods(app, url, ['GET'])
}

const pageHeaders = {
  'cache-control': 'no-cache',
  // Everything comes from here. Swagger UI sets styles of its own and shows icons as data.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}

/**
 * The documentation is an app of its own that never listens: its plugins can't get into the way
 * of an embedding app that has the same ones.
 */
async function buildDocs(prefix: string, deps: Dependencies): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ])
  const docs = fastify({ exposeHeadRoutes: false })
  setCompilers(docs)
  for (const schema of Object.values(deps.sharedSchemas())) docs.addSchema(schema)
  await docs.register(swagger, { openapi: documentOf(prefix, deps) })
  await docs.register(swaggerUi, {
    routePrefix: `${prefix}/docs`,
    theme: { title: 'Latchkey' },
    // Without the bar whose field would load another document.
    uiConfig: { layout: 'BaseLayout' },
  })
  for (const [at, route] of deps.routes().entries()) {
    if (methodsShown(route).length === 0) continue
    docs.route({
      ...describe(route, deps.scopesRequired(route)),
      // A host of its own: routes may differ by constraints alone, and are not to collide here.
      constraints: { host: `${at}.invalid` },
    })
  }
  await docs.ready()
  return docs
}

function documentOf(prefix: string, { version, scopes }: Dependencies) {
  return {
    openapi: '3.1.0',
    info: { title: 'Latchkey', version },
    components: {
      securitySchemes: {
        password: {
          type: 'oauth2' as const,
          description: 'Sign in with a username and a password.',
          flows: {
            password: { tokenUrl: `${prefix}/token`, scopes: Object.fromEntries(scopes) },
          },
        },
      },
    },
  }
}

const operations: ReadonlySet<string> = new Set([
  'GET',
  'PUT',
  'POST',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
])

/** An app may have methods of its own; OpenAPI knows these alone, and HEAD goes with GET. */
function methodsShown({ method }: RouteOptions): string[] {
  return [method].flat().filter((name) => operations.has(name))
}

function describe(route: RouteOptions, scopes: readonly string[] | undefined): RouteOptions {
  const { url, schema } = route
  const security = scopes === undefined ? {} : { security: [{ password: [...scopes] }] }
  return {
    method: methodsShown(route),
    url,
    schema: { ...withoutForeign(schema), ...security },
    handler: async () => undefined,
  }
}

/** What JSON Schema is not, such as Zod's objects, means something to the app's own compilers alone. */
function withoutForeign({ response, ...parts }: FastifySchema = {}): FastifySchema {
  const plain = Object.fromEntries(Object.entries(parts).filter(([, part]) => !isForeign(part)))
  if (typeof response !== 'object' || response === null) return plain
  const answers = Object.entries(response).filter(([, answer]) => !isForeign(answer))
  return { ...plain, response: Object.fromEntries(answers) }
}

function isForeign(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== Object.prototype && prototype !== null
}
