import type { Guard } from '@latchkey/guard'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import type { Users } from '../../core/users.js'
import type { SessionId } from '../../store/schema.js'
import { newPassword } from '../account-schemas.js'
import { takeJson } from '../json-body.js'
import { originOf } from '../origin.js'
import { refuseOtherMethods } from '../paths.js'
import { requireRecentSignIn } from '../recent-sign-in.js'
import { problem } from '../schemas.js'

interface Dependencies {
  users: Users
  guard: Guard
  requires: (...scopes: string[]) => onRequestHookHandler
}

/** `POST /users/me/password`: another password, by its owner. */
export function myPasswordRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users } = deps
  takeJson(app)
  const url = '/users/me/password'

  app.post<{ Body: Static<typeof newPassword> }>(url, {
    schema: {
      operationId: 'changeMyPassword',
      summary: 'Change the password',
      description:
        'Ends all other sessions. Needs the current password, or a sign-in of the last five minutes.',
      tags: ['Account'],
      body: newPassword,
      response: {
        204: { description: 'Changed' },
        401: problem,
        403: problem,
        422: problem,
        429: problem,
      },
    },
    onRequest: deps.requires('account'),
    handler: async (request, reply) => {
      const { current_password: current, new_password: password } = request.body
      const caller = await users.caller(request.principal)
      await requireRecentSignIn(deps, request, caller, current)
      const keep = request.principal.sessionId as SessionId | undefined
      const origin = originOf(request, `user:${caller.id}`)
      await users.changePassword(caller, { password, keep }, origin)
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['POST'])
}
