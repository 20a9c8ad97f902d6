import { serve } from '@hono/node-server'
import { optional, requires } from '@latchkey/guard/hono'
import { Hono } from 'hono'
import { guard, itemsOf, port } from './guard.js'

const app = new Hono()

app.get('/items', requires(guard, 'items:read'), (c) => c.json(itemsOf(c.var.principal.subject)))

app.get('/', optional(guard), (c) => c.json({ you: c.var.principal?.subject ?? 'anybody' }))

await guard.ready()
serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (address) => {
  console.log(`http://127.0.0.1:${address.port}`)
})
