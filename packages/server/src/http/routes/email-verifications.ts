import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import type { EmailAddresses } from '../../core/email-addresses.js'
import { addressForm, proofByLink } from '../account-schemas.js'
import { takeJson } from '../json-body.js'
import { originOf } from '../origin.js'
import { refuseOtherMethods } from '../paths.js'
import { problem } from '../schemas.js'

interface Dependencies {
  emailAddresses: EmailAddresses
}

/** `/email-verifications`: a link to an address, and the proof that somebody reads there. */
export function emailVerificationsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { emailAddresses } = deps
  takeJson(app)
  const url = '/email-verifications'
  const tags = ['Account']

  app.post<{ Body: Static<typeof addressForm> }>(url, {
    schema: {
      operationId: 'requestEmailVerification',
      summary: 'Send a link that verifies an address',
      description: 'To whoever has not verified this address yet. The answer is the same for all.',
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
      await emailAddresses.requestProof(request.body.email, originOf(request))
      return reply.code(202).send()
    },
  })

  app.put<{ Body: Static<typeof proofByLink> }>(url, {
    schema: {
      operationId: 'verifyEmail',
      summary: 'Verify an address by a link',
      description: 'Where the user has asked for another address, it is theirs from now on.',
      tags,
      body: proofByLink,
      response: {
        204: { description: 'Verified' },
        400: problem,
        409: problem,
        422: problem,
        429: problem,
      },
    },
    handler: async (request, reply) => {
      await emailAddresses.prove(request.body.token, originOf(request))
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['POST', 'PUT'])
}
