// The demo's own route at an API in another process, which has a guard of its own.
import { createGuard } from '@latchkey/guard'
import { requires } from '@latchkey/guard/fastify'
import fastify from 'fastify'
import { itemsRoute } from '../../packages/server/dist/http/routes/items.js'

const { ISSUER: issuer = '', SERVER: server = '', PORT } = process.env
const guard = createGuard({
  issuer,
  audience: issuer,
  // The server's port was not known when the tokens were made.
  fetch: (url, init) => fetch(String(url).replace(issuer, server), init),
})
const app = fastify()
itemsRoute(app, requires(guard))
await guard.ready()
app.listen({ host: '127.0.0.1', port: Number(PORT) })
