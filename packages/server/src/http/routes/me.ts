import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { type Users, userRecord } from '../../core/users.js'
import { user } from '../account-schemas.js'
import { redirectSlash, refuseOtherMethods } from '../paths.js'
import { problem } from '../schemas.js'

interface Dependencies {
  users: Users
  authenticated: onRequestHookHandler
}

/** `GET /users/me`: the caller's own record. */
export function meRoutes(app: FastifyInstance, { users, authenticated }: Dependencies): void {
  app.get('/users/me', {
    schema: {
      operationId: 'readMe',
      summary: 'Who am I',
      tags: ['Account'],
      response: { 200: user, 401: problem },
    },
    onRequest: authenticated,
    handler: async (request, reply) => {
      const caller = await users.caller(request.principal)
      reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      return userRecord(caller)
    },
  })
  redirectSlash(app, '/users/me/', '/users/me')
  refuseOtherMethods(app, '/users/me', ['GET'])
}
