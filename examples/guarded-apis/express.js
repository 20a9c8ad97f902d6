import { optional, requires } from '@latchkey/guard/express'
import express from 'express'
import { guard, itemsOf, port } from './guard.js'

const app = express()

app.get('/items', requires(guard, 'items:read'), (req, res) => {
  res.json(itemsOf(req.principal.subject))
})

app.get('/', optional(guard), (req, res) => {
  res.json({ you: req.caller?.subject ?? 'anybody' })
})

await guard.ready()
const server = app.listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
