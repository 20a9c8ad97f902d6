import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import type { PasswordResets } from '../../core/password-resets.js'
import { addressForm, newPasswordByLink } from '../account-schemas.js'
import { takeJson } from '../json-body.js'
import { originOf } from '../origin.js'
import { refuseOtherMethods } from '../paths.js'
import { problem } from '../schemas.js'

interface Dependencies {
  passwordResets: PasswordResets
}

/** `/password-resets`: a link for who has forgotten the password, and what it is good for. */
export function passwordResetsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { passwordResets } = deps
  takeJson(app)
  const url = '/password-resets'
  const tags = ['Account']

  app.post<{ Body: Static<typeof addressForm> }>(url, {
    schema: {
      operationId: 'requestPasswordReset',
      summary: 'Send a link that resets the password',
      description: 'To whoever has verified this address. The answer is the same if nobody has.',
      tags,
      body: addressForm,
      response: {
        202: { description: 'A mail is on its way if it can be' },
        422: problem,
        429: problem,
      },
    },
    config: { isCostly: true },
    handler: async (request, reply) => {
      await passwordResets.request(request.body.email, originOf(request))
      return reply.code(202).send()
    },
  })

  app.put<{ Body: Static<typeof newPasswordByLink> }>(url, {
    schema: {
      operationId: 'resetPassword',
      summary: 'Set a new password by a link',
      description: 'Ends all sessions, and signs nobody in. A link works once, for 30 minutes.',
      tags,
      body: newPasswordByLink,
      response: { 204: { description: 'Set' }, 400: problem, 422: problem, 429: problem },
    },
    handler: async (request, reply) => {
      await passwordResets.finish(request.body, originOf(request))
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['POST', 'PUT'])
}
