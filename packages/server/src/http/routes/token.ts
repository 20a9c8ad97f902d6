import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import type { Client, Clients } from '../../core/clients.js'
import type { TokenAnswer } from '../../core/sessions.js'
import { Refusal } from '../../errors.js'
import { clientCredentials } from '../client-auth.js'
import type { ErrorForm } from '../errors.js'
import { type Form, noFields, parseMultipart, parseUrlEncoded } from '../form.js'
import { refuseOtherMethods } from '../paths.js'
import { oauthError, tokenAnswer, tokenForm, validationError } from '../schemas.js'
import type { Grant } from './grants/grant.js'

interface Dependencies {
  clients: Clients
  /** The grants that are switched on. */
  grants: readonly Grant[]
}

const formLimit = 16 * 1024

/** One engine behind two doors that differ in statuses alone (contract, section 3). */
export function tokenRoutes(app: FastifyInstance, deps: Dependencies): void {
  // The body stays bytes until the checks before it are done: their order is the contract's.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  for (const { url, errorForm, mediaTypes, schema } of doors) {
    app.route({
      method: 'POST',
      url,
      schema,
      config: { errorForm },
      bodyLimit: formLimit,
      onRequest: (request, _reply, done) => {
        const sent = mediaTypeOf(request)
        const known = sent === undefined ? !hasBody(request) : mediaTypes.includes(sent)
        done(known ? undefined : unsupported())
      },
      handler: (request, reply) => answerToken(deps, request, reply),
    })
    refuseOtherMethods(app, url, ['POST'], errorForm)
  }
}

async function answerToken(
  { clients, grants }: Dependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const form = readForm(request)
  const client = clients.authenticate(clientCredentials(authorizationOf(request), form))
  const grant = findGrant(grants, form, client)
  const missing = grant.fields.filter((name) => !form.has(name))
  if (missing.length > 0) throw fieldsMissing(missing)
  const origin = { actor: 'anonymous', address: request.ip, requestId: request.id }
  const answer = await grant.run({ form, client, origin })
  reply.headers({
    'cache-control': 'no-store',
    pragma: 'no-cache',
    'x-content-type-options': 'nosniff',
  })
  return bodyOf(answer)
}

/** Node keeps only the first of two Authorization headers in `headers`, and both here (checklist B19). */
function authorizationOf({ raw: { rawHeaders } }: FastifyRequest): readonly string[] {
  return rawHeaders.filter(
    (_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'authorization',
  )
}

function findGrant(grants: readonly Grant[], form: Form, client: Client): Grant {
  const wanted = form.get('grant_type') ?? 'password'
  const grant = grants.find(({ grantType }) => grantType === wanted)
  if (grant === undefined) {
    // Without the password grant there is nothing that an absent grant_type could mean.
    if (!form.has('grant_type')) throw fieldsMissing(['grant_type'])
    throw new Refusal('grant_unknown', {
      message: 'This grant type is unknown or switched off here',
    })
  }
  if (!client.grants.includes(grant.grantType)) {
    throw new Refusal('grant_not_allowed', { message: 'This client may not use this grant type' })
  }
  return grant
}

function readForm(request: FastifyRequest): Form {
  const body = request.body
  if (!Buffer.isBuffer(body) || body.length === 0) return noFields
  switch (mediaTypeOf(request)) {
    case urlEncoded:
      return parseUrlEncoded(body)
    case multipart:
      return parseMultipart(body, request.headers['content-type'] ?? '')
    default:
      // FastAPI finds no form field in JSON, and says so.
      return noFields
  }
}

const urlEncoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data'
const json = 'application/json'

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
      response: { 200: tokenAnswer, 400: oauthError, 401: oauthError, 422: validationError },
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
      response: { 200: tokenAnswer, 400: oauthError, 401: oauthError },
    },
  },
]

/** Undefined where no type is named; only an empty body can be read then. */
function mediaTypeOf({ headers }: FastifyRequest): string | undefined {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() || undefined
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function unsupported(): Refusal {
  return new Refusal('media_type_unsupported', { message: `The body must be ${urlEncoded}` })
}

function fieldsMissing(fields: readonly string[]): Refusal {
  const message = `${fields.join(' and ')} ${fields.length === 1 ? 'is' : 'are'} missing`
  return new Refusal('field_missing', { message, fields })
}

function bodyOf(answer: TokenAnswer): object {
  const body = {
    access_token: answer.accessToken,
    token_type: 'bearer',
    expires_in: answer.expiresIn,
  }
  return answer.scopes.length === 0 ? body : { ...body, scope: answer.scopes.join(' ') }
}
