import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { Client, Clients } from '../../core/clients.js'
import type { Measures } from '../../core/measures/measures.js'
import type { TokenAnswer } from '../../core/sessions.js'
import type { Tracing } from '../../core/tracing.js'
import { Refusal } from '../../errors.js'
import type { BrowserSessions } from '../browser-sessions.js'
import { authenticateClient } from '../client-auth.js'
import type { ErrorForm } from '../errors.js'
import type { Form } from '../form.js'
import {
  json,
  multipart,
  readForm,
  requireFields,
  takeForms,
  takesOnly,
  urlEncoded,
} from '../forms.js'
import { originOf } from '../origin.js'
import { refuseOtherMethods } from '../paths.js'
import { oauthError, tokenAnswer, tokenForm, validationError } from '../schemas.js'
import { measureTokenRequest } from '../token-measures.js'
import type { Grant } from './grants/grant.js'

interface Dependencies {
  clients: Clients
  /** The grants that are switched on. */
  grants: readonly Grant[]
  browserSessions: BrowserSessions
  measures: Measures
  tracing: Tracing
}

/** One engine behind two doors that differ in statuses alone (contract, section 3). */
export function tokenRoutes(app: FastifyInstance, deps: Dependencies): void {
  takeForms(app)
  for (const { url, errorForm, mediaTypes, schema } of doors) {
    app.route({
      method: 'POST',
      url,
      schema,
      config: { errorForm, isCostly: true },
      onRequest: takesOnly(mediaTypes),
      handler: (request, reply) =>
        measureTokenRequest(deps, (isOf) => answerToken(deps, request, reply, isOf)),
    })
    refuseOtherMethods(app, url, ['POST'], errorForm)
  }
}

async function answerToken(
  { clients, grants, browserSessions }: Dependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  isOf: (grantType: string) => void,
): Promise<object> {
  const sent = readForm(request)
  const origin = originOf(request)
  const client = await authenticateClient(clients, request, sent, origin)
  const grant = findGrant(grants, sent, client)
  isOf(grant.grantType)
  const form =
    grant.grantType === 'refresh_token'
      ? browserSessions.complete(request, sent, 'refresh_token')
      : sent
  requireFields(form, grant.fields)
  const device = request.headers[deviceHeader]?.toString()
  const answer = await grant.run({ form, client, origin, device })
  reply.header('pragma', 'no-cache')
  if (answer.device !== undefined) reply.header(deviceHeader, answer.device)
  return bodyOf(browserSessions.keep(request, reply, answer, client))
}

/** By which a device is known at its next sign-in. A header in the form with the cookie too: it opens nothing. */
const deviceHeader = 'latchkey-device'

function findGrant(grants: readonly Grant[], form: Form, client: Client): Grant {
  const wanted = form.get('grant_type') ?? 'password'
  const grant = grants.find(({ grantType }) => grantType === wanted)
  if (grant === undefined) {
    // Without the password grant there is nothing that an absent grant_type could mean.
    requireFields(form, ['grant_type'])
    throw new Refusal('grant_unknown', {
      message: 'This grant type is unknown or switched off here',
    })
  }
  if (!client.grants.includes(grant.grantType)) {
    throw new Refusal('grant_not_allowed', { message: 'This client may not use this grant type' })
  }
  return grant
}

interface Door {
  url: string
  errorForm: ErrorForm
  mediaTypes: readonly string[]
  schema: FastifySchema
}

const doors: readonly Door[] = [
  {
    url: '/token',
    errorForm: 'tutorial',
    mediaTypes: [urlEncoded, multipart, json],
    schema: {
      operationId: 'signIn',
      summary: 'Sign in',
      description: 'Answers as the tutorial’s FastAPI application does.',
      tags: ['Tokens'],
      consumes: [urlEncoded, multipart],
      body: tokenForm,
      response: {
        200: tokenAnswer,
        400: oauthError,
        401: oauthError,
        422: validationError,
        429: oauthError,
      },
    },
  },
  {
    url: '/oauth/token',
    errorForm: 'oauth',
    mediaTypes: [urlEncoded],
    schema: {
      operationId: 'token',
      summary: 'Token endpoint',
      description: 'Answers by the letter of RFC 6749, section 5.',
      tags: ['Tokens'],
      consumes: [urlEncoded],
      body: tokenForm,
      response: { 200: tokenAnswer, 400: oauthError, 401: oauthError, 429: oauthError },
    },
  },
]

function bodyOf({ accessToken, expiresIn, refreshToken, scopes }: TokenAnswer): object {
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: expiresIn,
    // JSON leaves out what is undefined.
    refresh_token: refreshToken,
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
  }
}
