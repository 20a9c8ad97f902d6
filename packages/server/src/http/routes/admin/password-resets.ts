import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { PasswordResets } from '../../../core/password-resets.js'
import type { UserEdits } from '../../../core/user-edits.js'
import type { Users } from '../../../core/users.js'
import { originOf } from '../../origin.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'
import { userIdOf, type WithId } from './users.js'

interface Dependencies {
  users: Users
  userEdits: UserEdits
  passwordResets: PasswordResets
  isAdmin: onRequestHookHandler
}

/** `/admin/users/{id}/password-reset`: a link to the user, which no admin sees (checklist I08). */
export function adminPasswordResetsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, userEdits, passwordResets, isAdmin: onRequest } = deps
  const url = '/admin/users/:id/password-reset'

  app.post<WithId>(url, {
    schema: {
      operationId: 'startPasswordReset',
      summary: 'Send a user a link that resets their password',
      description: 'The password stays as it is until they use the link.',
      tags: ['Administration'],
      response: {
        202: { description: 'A mail is on its way' },
        401: problem,
        403: problem,
        404: problem,
        409: problem,
      },
    },
    onRequest,
    handler: async (request, reply) => {
      const admin = await users.caller(request.principal)
      const user = await userEdits.get(userIdOf(request))
      await passwordResets.start(user, originOf(request, `user:${admin.id}`))
      return reply.code(202).send()
    },
  })
  refuseOtherMethods(app, url, ['POST'])
}
