import { createPublicKey } from 'node:crypto'
import jwt from '@fastify/jwt'
import { requires } from '@latchkey/guard/fastify'
import fastify from 'fastify'

export const apps = {
  bare: async () => listening(fastify(), {}),
  latchkey: async ({ guard }) => listening(fastify(), { onRequest: requires(guard) }),
  /** With a cache that holds all tokens in rotation. */
  async '@fastify/jwt'({ issuer, jwks }) {
    const app = fastify()
    const [key] = jwks.keys
    const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    await app.register(jwt, {
      secret: { public: pem },
      verify: { algorithms: [key.alg], allowedIss: issuer, allowedAud: issuer, cache: 50_000 },
    })
    return listening(app, { onRequest: (request) => request.jwtVerify() })
  },
}

function listening(app, hooks) {
  app.get('/items/', hooks, () => [{ item_id: 1, name: 'Example Item' }])
  return (port) => app.listen({ host: '127.0.0.1', port })
}
