import { once } from 'node:events'
import { connect } from 'node:net'
import fastify, { type FastifyRequest } from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { isTcp } from '../loopback.js'
import { clientAddress } from './client-address.js'
import { atEveryRequest } from './every-request.js'

function settings(proxies: number) {
  return {
    trusted: { proxies, header: 'x-forwarded-for' },
    issuer: () => 'http://127.0.0.1',
    load: { delay: () => 0, limit: 'off', log: console },
  } as const
}

it('H05 knows where a request came from whose connection is gone', async () => {
  const app = fastify()
  onTestFinished(() => app.close())
  atEveryRequest(app, settings(0))
  const asked = new Promise<FastifyRequest>((resolve) => {
    app.post('/', (request) => {
      resolve(request)
      return new Promise(() => {})
    })
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect(app.addresses().find(isTcp)?.port ?? 0, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n')
  const request = await asked
  const gone = once(request.raw.socket, 'close')
  socket.destroy()
  await gone
  expect(clientAddress(request)).toBe('127.0.0.1')
})

it('H05 trusts proxies in its own contexts, and in those within them, as each was told', async () => {
  const app = fastify()
  onTestFinished(() => app.close())
  for (const proxies of [0, 1]) {
    app.register(async (context) => {
      atEveryRequest(context, settings(proxies))
      context.register(async (within) => {
        within.get(`/${proxies}`, (request, reply) => reply.send(clientAddress(request)))
      })
    })
  }
  app.get('/outside', (request, reply) => reply.send(clientAddress(request)))
  const headers = { 'x-forwarded-for': '192.0.2.1' }
  const addresses = ['/0', '/1', '/outside'].map(async (url) => {
    return (await app.inject({ url, headers })).body
  })
  expect(await Promise.all(addresses)).toEqual(['127.0.0.1', '192.0.2.1', 'unknown'])
})
