import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import Type, { type Static } from 'typebox'
import { sessionRecord } from '../../../core/session-record.js'
import type { Sessions } from '../../../core/sessions.js'
import type { Users } from '../../../core/users.js'
import type { UserId } from '../../../store/schema.js'
import { sessionList, userId } from '../../admin-schemas.js'
import { originOf } from '../../origin.js'
import { pageQuery, pageSize } from '../../pages.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'

interface Dependencies {
  users: Users
  sessions: Sessions
  isAdmin: onRequestHookHandler
}

const ofUser = Type.Object({ user_id: userId })
const query = Type.Object({
  ...pageQuery.properties,
  user_id: Type.Optional(ofUser.properties.user_id),
})

/** `/admin/sessions`: everybody's sessions. */
export function adminSessionsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, sessions, isAdmin: onRequest } = deps
  const url = '/admin/sessions'
  const tags = ['Administration']

  app.get<{ Querystring: Static<typeof query> }>(url, {
    schema: {
      operationId: 'listSessions',
      summary: 'Live sessions, newest first',
      tags,
      querystring: query,
      response: { 200: sessionList, 401: problem, 403: problem },
    },
    onRequest,
    handler: async (request) => {
      await users.caller(request.principal)
      const { user_id: userId } = request.query
      const size = pageSize(request.query)
      const page = await (userId === undefined
        ? sessions.list(size)
        : sessions.listOf(userId as UserId, size))
      return {
        items: page.rows.map((row) => ({ ...sessionRecord(row), username: row.username })),
        next_cursor: page.next,
      }
    },
  })

  app.delete<{ Querystring: Static<typeof ofUser> }>(url, {
    schema: {
      operationId: 'endSessionsOfUser',
      summary: 'End all sessions of a user',
      tags,
      querystring: ofUser,
      response: { 204: { description: 'Ended' }, 401: problem, 403: problem },
    },
    onRequest,
    handler: async (request, reply) => {
      const admin = await users.caller(request.principal)
      const origin = originOf(request, `user:${admin.id}`)
      await sessions.endAll(request.query.user_id as UserId, 'ended_by_admin', origin)
      return reply.code(204).send()
    },
  })

  app.delete<{ Params: { id: string } }>(`${url}/:id`, {
    schema: {
      operationId: 'endSession',
      summary: 'End a session',
      tags,
      response: { 204: { description: 'Ended' }, 401: problem, 403: problem, 404: problem },
    },
    onRequest,
    handler: async (request, reply) => {
      const admin = await users.caller(request.principal)
      const origin = originOf(request, `user:${admin.id}`)
      await sessions.endOne(request.params.id, 'ended_by_admin', origin)
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['GET', 'DELETE'])
  refuseOtherMethods(app, `${url}/:id`, ['DELETE'])
}
