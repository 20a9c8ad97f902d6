/** The same routes on every framework that there is an adapter for, asked as over the network. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import express4 from 'express-4'
import fastify from 'fastify'
import * as forExpress from '../src/express.js'
import * as forFastify from '../src/fastify.js'
import * as forNode from '../src/node.js'
import { type Guards, greeting } from './cases.js'
import { honoApp, plainApp, type WebApp } from './web-apps.js'

export interface Running {
  ask(path: string, authorization: readonly string[]): Promise<Response>
  stop(): Promise<void>
}

/** Every adapter by its name. */
export const adapters: readonly (readonly [string, (guards: Guards) => Promise<Running>])[] = [
  ['Fastify', async (guards) => listening(await fastifyApp(guards))],
  ['Express 5', (guards) => listening(expressApp(express, guards))],
  ['Express 4', (guards) => listening(expressApp(express4, guards))],
  ['Hono on Node', (guards) => listening(getRequestListener(honoApp(guards).fetch))],
  ['Hono', async (guards) => called(async (asked) => honoApp(guards).request(asked))],
  ['Node', (guards) => listening(nodeApp(guards))],
  ['a plain Request', async (guards) => called(plainApp(guards))],
]

/** Starts a server, and asks it over a socket. */
export async function listening(listener: RequestListener): Promise<Running> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    async ask(path, authorization) {
      const headers = ['Host', 'localhost', 'Connection', 'close']
      for (const value of authorization) headers.push('Authorization', value)
      const sent = request({ host: '127.0.0.1', port, path, headers }).end()
      const [answer]: IncomingMessage[] = await once(sent, 'response')
      return answer === undefined ? Response.error() : responseOf(answer)
    },
    async stop() {
      server.close()
      await once(server, 'close')
    },
  }
}

function called(app: WebApp): Running {
  return {
    ask(path, authorization) {
      const headers = new Headers()
      for (const value of authorization) headers.append('Authorization', value)
      return app(new Request(`https://api.example.com${path}`, { headers }))
    },
    async stop() {},
  }
}

async function responseOf(answer: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  return new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 0, headers })
}

async function fastifyApp({ guard, unsure }: Guards): Promise<RequestListener> {
  const { optional, requires } = forFastify
  const app = fastify()
  app.get('/items', { onRequest: requires(guard, 'items:read') }, (r) => greeting(r.principal))
  app.get('/admin', { onRequest: requires(guard, 'admin') }, (r) => greeting(r.principal))
  app.get('/recent', { onRequest: requires(guard, { maxAge: 300 }) }, (r) => greeting(r.principal))
  app.get('/open', { onRequest: optional(guard) }, (r) => greeting(r.caller))
  app.get('/unsure', { onRequest: requires(unsure) }, (r) => greeting(r.principal))
  await app.ready()
  return app.routing
}

function expressApp(framework: typeof express, { guard, unsure }: Guards): RequestListener {
  const { optional, requires } = forExpress
  const app = framework()
  app.get('/items', requires(guard, 'items:read'), (q, r) => void r.send(greeting(q.principal)))
  app.get('/admin', requires(guard, 'admin'), (q, r) => void r.send(greeting(q.principal)))
  app.get('/recent', requires(guard, { maxAge: 300 }), (q, r) => void r.send(greeting(q.principal)))
  app.get('/open', optional(guard), (q, r) => void r.send(greeting(q.caller)))
  app.get('/unsure', requires(unsure), (q, r) => void r.send(greeting(q.principal)))
  return app
}

function nodeApp({ guard, unsure }: Guards): RequestListener {
  const { optional, requires } = forNode
  const greet: forNode.GuardedListener<{ readonly subject: string } | undefined> = (
    _request,
    response,
    principal,
  ) => response.end(greeting(principal))
  const routes: Record<string, forNode.Listener> = {
    '/items': requires(guard, 'items:read')(greet),
    '/admin': requires(guard, 'admin')(greet),
    '/recent': requires(guard, { maxAge: 300 })(greet),
    '/open': optional(guard)(greet),
    '/unsure': requires(unsure)(greet),
  }
  return (asked, response) => routes[asked.url ?? '']?.(asked, response)
}
