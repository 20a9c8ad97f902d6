import type { Guard } from '@latchkey/guard'
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import type { Sessions } from '../../core/sessions.js'
import type { Users } from '../../core/users.js'
import type { SessionRow } from '../../store/schema.js'
import { confirmation, mySessions } from '../account-schemas.js'
import { takeJson } from '../json-body.js'
import { originOf } from '../origin.js'
import { pageQuery, pageSize } from '../pages.js'
import { refuseOtherMethods } from '../paths.js'
import { requireRecentSignIn } from '../recent-sign-in.js'
import { problem } from '../schemas.js'

interface Dependencies {
  users: Users
  sessions: Sessions
  guard: Guard
  requires: (...scopes: string[]) => onRequestHookHandler
}

type Query = Static<typeof pageQuery>
type Confirmation = Static<typeof confirmation>

/** `/users/me/sessions`: where am I signed in, and sign out there. */
export function mySessionsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, sessions } = deps
  takeJson(app)
  const onRequest = deps.requires('account')
  const tags = ['Account']
  const url = '/users/me/sessions'

  app.get<{ Querystring: Query }>(url, {
    schema: {
      operationId: 'listMySessions',
      summary: 'Where am I signed in',
      tags,
      querystring: pageQuery,
      response: { 200: mySessions, 401: problem, 403: problem },
    },
    onRequest,
    handler: async (request) => {
      const caller = await users.caller(request.principal)
      const page = await sessions.listOf(caller.id, pageSize(request.query))
      return { items: page.rows.map((row) => shown(row, request)), next_cursor: page.next }
    },
  })

  app.delete<{ Body: Confirmation }>(url, {
    schema: {
      operationId: 'signOutEverywhere',
      summary: 'Sign out everywhere',
      description: 'Needs the current password, or a sign-in of the last five minutes.',
      tags,
      body: confirmation,
      response: { 204: { description: 'Signed out' }, 401: problem, 403: problem, 429: problem },
    },
    onRequest,
    handler: async (request, reply) => {
      const caller = await users.caller(request.principal)
      await requireRecentSignIn(deps, request, caller, request.body?.current_password)
      await sessions.endAll(caller.id, 'signed_out', originOf(request, `user:${caller.id}`))
      return reply.code(204).send()
    },
  })

  app.delete<{ Body: Confirmation; Params: { id: string } }>(`${url}/:id`, {
    schema: {
      operationId: 'signOutThere',
      summary: 'Sign out there',
      description:
        'For another session than this one: needs the current password, or a sign-in of the last five minutes.',
      tags,
      body: confirmation,
      response: {
        204: { description: 'Signed out' },
        401: problem,
        403: problem,
        404: problem,
        429: problem,
      },
    },
    onRequest,
    handler: async (request, reply) => {
      const caller = await users.caller(request.principal)
      const { id } = request.params
      if (id !== request.principal.sessionId) {
        await requireRecentSignIn(deps, request, caller, request.body?.current_password)
      }
      await sessions.endOne(id, 'signed_out', originOf(request, `user:${caller.id}`), caller.id)
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['GET', 'DELETE'])
  refuseOtherMethods(app, `${url}/:id`, ['DELETE'])
}

const hour = 3_600_000

/** The last use is rounded, so that a list of sessions is no diary. */
function shown(row: SessionRow, request: FastifyRequest) {
  return {
    id: row.id,
    current: row.id === request.principal.sessionId,
    client_id: row.client_id,
    address: row.address,
    user_agent: row.user_agent,
    created_at: new Date(row.created_at).toISOString(),
    last_used_at: new Date(Math.floor(row.last_used_at / hour) * hour).toISOString(),
  }
}
