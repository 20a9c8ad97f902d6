// The demo's own route in an app that has nothing else: no guard, no log, no Latchkey.
import fastify from 'fastify'
import { itemsRoute } from '../../packages/server/dist/http/routes/items.js'

const app = fastify()
itemsRoute(app, (_request, _reply, done) => done())
app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
