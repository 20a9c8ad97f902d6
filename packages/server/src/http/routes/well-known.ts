import type { FastifyInstance } from 'fastify'
import type { Keys } from '../../core/keys.js'
import { refuseOtherMethods } from '../paths.js'
import { jwks } from '../schemas.js'

/** `GET /.well-known/jwks.json`: the keys that others verify tokens with. */
export function wellKnownRoutes(app: FastifyInstance, { keys }: { keys: Keys }): void {
  const url = '/.well-known/jwks.json'
  app.get(url, {
    schema: {
      operationId: 'keys',
      summary: 'Public keys',
      tags: ['Tokens'],
      response: { 200: jwks },
    },
    handler: (_request, reply) => {
      reply.headers({ 'cache-control': 'public, max-age=300', 'x-content-type-options': 'nosniff' })
      return reply.send(keys.jwks)
    },
  })
  refuseOtherMethods(app, url, ['GET'])
}
