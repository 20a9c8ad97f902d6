import type { FastifyInstance } from 'fastify'
import type { Keys } from '../../core/keys.js'
import { refuseOtherMethods } from '../paths.js'
import { jwks, metadata } from '../schemas.js'

interface Dependencies {
  keys: Keys
  metadata: () => object
}

/** `/.well-known/...`: the keys that others verify tokens with, and what this server can do. */
export function wellKnownRoutes(app: FastifyInstance, deps: Dependencies): void {
  const keysUrl = '/.well-known/jwks.json'
  app.get(keysUrl, {
    schema: {
      operationId: 'keys',
      summary: 'Public keys',
      tags: ['Tokens'],
      response: { 200: jwks },
    },
    handler: (_request, reply) => reply.headers(cacheable).send(deps.keys.jwks),
  })
  refuseOtherMethods(app, keysUrl, ['GET'])
  metadataRoute(app, metadataUrl, deps.metadata)
}

const metadataUrl = '/.well-known/oauth-authorization-server'

/**
 * With a prefix the metadata is at two places: under it, and where RFC 8414 section 3.1 has clients
 * look, between the host and the issuer's path.
 */
export function metadataOfPrefix(
  app: FastifyInstance,
  prefix: string,
  describe: () => object,
): void {
  if (prefix !== '') metadataRoute(app, `${metadataUrl}${prefix}`, describe)
}

function metadataRoute(app: FastifyInstance, url: string, describe: () => object): void {
  app.get(url, {
    schema: {
      summary: 'Metadata',
      tags: ['Tokens'],
      response: { 200: metadata },
    },
    handler: (_request, reply) => reply.headers(cacheable).send(describe()),
  })
  refuseOtherMethods(app, url, ['GET'])
}

const cacheable = { 'cache-control': 'public, max-age=300' }
