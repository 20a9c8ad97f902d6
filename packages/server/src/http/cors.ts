import type { FastifyInstance } from 'fastify'

/**
 * Lets pages of allowed origins call these routes. By hand, because the usual plugin decorates
 * requests, and an app that embeds Latchkey may have it already.
 *
 * @param allowed origins; `*` for all, which then get no cookies (checklist D11)
 */
export function allowOrigins(app: FastifyInstance, allowed: ReadonlySet<string>): void {
  if (allowed.size === 0) return
  const isForAll = allowed.has('*')
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    reply.header('vary', 'Origin')
    if (origin === undefined || !(isForAll || allowed.has(origin))) return done()
    reply.header('access-control-allow-origin', isForAll ? '*' : origin)
    reply.header(
      'access-control-expose-headers',
      'WWW-Authenticate, Retry-After, ETag, Latchkey-Device',
    )
    if (!isForAll) reply.header('access-control-allow-credentials', 'true')
    const isPreflight =
      request.method === 'OPTIONS' && 'access-control-request-method' in request.headers
    if (!isPreflight) return done()
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers':
          'Authorization, Content-Type, If-Match, Latchkey-Session, Latchkey-Device',
        'access-control-max-age': '600',
      })
      .send()
  })
}
