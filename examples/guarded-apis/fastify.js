import { optional, requires } from '@latchkey/guard/fastify'
import fastify from 'fastify'
import { guard, itemsOf, port } from './guard.js'

const app = fastify()
app.addHook('onClose', () => guard.close())

app.get('/items', { onRequest: requires(guard, 'items:read') }, (request) =>
  itemsOf(request.principal.subject),
)

app.get('/', { onRequest: optional(guard) }, (request) => ({
  you: request.caller?.subject ?? 'anybody',
}))

await guard.ready()
console.log(await app.listen({ host: '127.0.0.1', port }))
