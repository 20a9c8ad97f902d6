import type { FastifyInstance } from 'fastify'
import type { Clients } from '../../core/clients.js'
import type { TokenRevocation } from '../../core/token-revocation.js'
import type { BrowserSessions } from '../browser-sessions.js'
import { authenticateClient } from '../client-auth.js'
import { readForm, requireFields, takeForms, takesOnly, urlEncoded } from '../forms.js'
import { originOf } from '../origin.js'
import { refuseOtherMethods } from '../paths.js'
import { oauthError, revocationForm } from '../schemas.js'

interface Dependencies {
  clients: Clients
  revocation: TokenRevocation
  browserSessions: BrowserSessions
}

/** `POST /revoke` (RFC 7009): signs out. */
export function revokeRoutes(app: FastifyInstance, deps: Dependencies): void {
  takeForms(app)
  app.post('/revoke', {
    schema: {
      operationId: 'signOut',
      summary: 'Sign out',
      description: 'Ends the session that the token belongs to (RFC 7009).',
      tags: ['Tokens'],
      consumes: [urlEncoded],
      body: revocationForm,
      response: {
        200: { description: 'It is over, or never was' },
        400: oauthError,
        401: oauthError,
        429: oauthError,
      },
    },
    config: { errorForm: 'oauth' },
    onRequest: takesOnly([urlEncoded]),
    handler: async (request, reply) => {
      const sent = readForm(request)
      const client = await authenticateClient(deps.clients, request, sent)
      const form = deps.browserSessions.complete(request, sent, 'token')
      requireFields(form, ['token'])
      await deps.revocation.revoke(form.get('token') ?? '', client, originOf(request))
      deps.browserSessions.drop(request, reply)
      // RFC 7009 section 2.2 gives the body no meaning, but some clients insist on JSON.
      return {}
    },
  })
  refuseOtherMethods(app, '/revoke', ['POST'], 'oauth')
}
