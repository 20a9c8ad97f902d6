// An app that listens, signs somebody in and closes. It has nothing left to do then, and says in
// its exit status whether the sign-in went well.
import fastify from 'fastify'
import { latchkey } from 'latchkey'

const [form] = process.argv.slice(2)
const app = fastify()
await app.register(latchkey)
await app.listen({ host: '127.0.0.1', port: 0 })
const headers = { 'content-type': 'application/x-www-form-urlencoded' }
const answer = await app.inject({ method: 'POST', url: '/token', headers, payload: form })
await app.inject('/docs')
await app.close()
process.exitCode = answer.statusCode === 200 ? 0 : 1
