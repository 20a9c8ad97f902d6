import { type Guard, Refusal as GuardRefusal } from '@latchkey/guard'
import { authorizationHeaders } from '@latchkey/guard/fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clients } from '../../core/clients.js'
import type { Asker, Introspection } from '../../core/introspection.js'
import { Refusal } from '../../errors.js'
import { authenticateClient } from '../client-auth.js'
import type { Form } from '../form.js'
import { readForm, requireFields, takeForms, takesOnly, urlEncoded } from '../forms.js'
import { refuseOtherMethods } from '../paths.js'
import { introspection, introspectionForm, oauthError } from '../schemas.js'

interface Dependencies {
  clients: Clients
  introspection: Introspection
  guard: Guard
}

/** `POST /introspect` (RFC 7662): what is this token good for right now? */
export function introspectRoutes(app: FastifyInstance, deps: Dependencies): void {
  takeForms(app)
  app.post('/introspect', {
    schema: {
      operationId: 'introspect',
      summary: 'Ask about a token',
      description:
        'For confidential clients, and for tokens with the scope `introspect` (RFC 7662).',
      tags: ['Tokens'],
      consumes: [urlEncoded],
      body: introspectionForm,
      response: { 200: introspection, 400: oauthError, 401: oauthError, 429: oauthError },
    },
    config: { errorForm: 'oauth' },
    onRequest: takesOnly([urlEncoded]),
    handler: async (request) => {
      const form = readForm(request)
      const asker = await askerOf(deps, request, form)
      requireFields(form, ['token'])
      return deps.introspection.describe(form.get('token') ?? '', asker)
    },
  })
  refuseOtherMethods(app, '/introspect', ['POST'], 'oauth')
}

/** @throws Refusal `client_not_authenticated`, `client_authentication_ambiguous`; `asker_not_allowed`, also for public clients: anybody could be one */
async function askerOf(deps: Dependencies, request: FastifyRequest, form: Form): Promise<Asker> {
  const authorization = authorizationHeaders(request.raw.rawHeaders)
  if (authorization.length === 1 && /^bearer /i.test(authorization[0] ?? '')) {
    if (form.has('client_secret')) {
      throw new Refusal('client_authentication_ambiguous', {
        message: 'There are both a token and a client secret to say who asks',
      })
    }
    return askerByToken(deps, authorization)
  }
  const client = await authenticateClient(deps.clients, request, form)
  if (!client.confidential) throw notAllowed()
  return client.scopes?.includes('introspect') ? 'may_ask_about_all' : { clientId: client.id }
}

async function askerByToken(
  { guard, introspection }: Dependencies,
  authorization: readonly string[],
): Promise<Asker> {
  try {
    const { claims } = await guard.authenticate(authorization, ['introspect'])
    if (await introspection.stands(claims)) return 'may_ask_about_all'
  } catch (error) {
    if (!(error instanceof GuardRefusal)) throw error
  }
  throw notAllowed()
}

function notAllowed(): Refusal {
  return new Refusal('asker_not_allowed', {
    message: 'A confidential client, or a token with the scope introspect, is needed',
  })
}
