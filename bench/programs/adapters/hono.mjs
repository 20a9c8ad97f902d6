import { serve } from '@hono/node-server'
import { requires } from '@latchkey/guard/hono'
import { Hono } from 'hono'
import { jwk } from 'hono/jwk'

export const apps = {
  bare: async () => listening(),
  latchkey: async ({ guard }) => listening(requires(guard)),
  /** Given the keys: by itself it would fetch them for each request. */
  'hono/jwk': async ({ issuer, jwks, algorithm }) =>
    listening(
      jwk({
        keys: jwks.keys,
        alg: [algorithm],
        verification: { iss: issuer, aud: issuer, typ: 'at+jwt' },
      }),
    ),
}

function listening(...middleware) {
  const app = new Hono()
  app.get('/items/', ...middleware, (c) => c.json([{ item_id: 1, name: 'Example Item' }]))
  return (port) => serve({ fetch: app.fetch, hostname: '127.0.0.1', port })
}
