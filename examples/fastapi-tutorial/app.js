// The application of FastAPI's security tutorial: sign in at /token, and three routes that want the token.
import fastify from 'fastify'
import { latchkey } from 'latchkey'

const app = fastify({ logger: true })

// Brings POST /token, GET /users/me, GET /docs and more; the tokens name the user, as the tutorial's do.
await app.register(latchkey, {
  subject: 'username',
  scopes: 'items:read=See your own items',
})

// Anybody who is signed in. The tutorial's own /items/ lets in whoever sends any text as a token.
app.get('/items/', { onRequest: app.latchkey.requires() }, async () => [
  { item_id: 1, name: 'Example Item' },
])

// Only with a token that has this scope; the caller is in `request.principal`.
app.get('/users/me/items/', { onRequest: app.latchkey.requires('items:read') }, async (request) => [
  { item_id: 'Foo', owner: request.principal.subject },
])

// Your own routes stay as they are.
app.get('/', async () => ({ message: 'Hello World' }))

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => app.close())
}

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 8000) })
