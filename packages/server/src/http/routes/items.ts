import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import Type from 'typebox'
import { redirectSlash, refuseOtherMethods } from '../paths.js'
import { problem } from '../schemas.js'

const items = Type.Array(Type.Object({ item_id: Type.Integer(), name: Type.String() }), {
  description: 'The items',
})

/** Written once, because it is the same for everybody. */
const list = JSON.stringify([{ item_id: 1, name: 'Example Item' }])

/** The demo's `GET /items/`, the tutorial's second route: here it lets only a valid token in. */
export function itemsRoute(app: FastifyInstance, authenticated: onRequestHookHandler): void {
  app.get('/items/', {
    schema: {
      operationId: 'readItems',
      summary: 'The demo’s items',
      tags: ['Demo'],
      response: { 200: items, 401: problem },
    },
    onRequest: authenticated,
    handler: (_request, reply) => reply.type('application/json; charset=utf-8').send(list),
  })
  redirectSlash(app, '/items', '/items/')
  refuseOtherMethods(app, '/items/', ['GET'])
}
