import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import type { Origin } from '../../../core/audit.js'
import { type ClientRegistry, clientRecord } from '../../../core/client-registry.js'
import type { Users } from '../../../core/users.js'
import {
  client,
  clientEdit,
  clientList,
  clientSecret,
  type clientTerms,
  newClient,
  secretRequest,
} from '../../admin-schemas.js'
import { originOf } from '../../origin.js'
import { pageQuery, pageSize } from '../../pages.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'

interface Dependencies {
  users: Users
  clientRegistry: ClientRegistry
  isAdmin: onRequestHookHandler
}

type WithId = { Params: { id: string } }

/** Seconds for which older secrets stay good beside a new one, unless the request says otherwise. */
const usualOverlap = 24 * 3600

/** `/admin/clients`: the clients that may ask for tokens. */
export function adminClientsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { clientRegistry: registry, isAdmin: onRequest } = deps
  const url = '/admin/clients'
  const tags = ['Administration']
  const refused = { 401: problem, 403: problem, 422: problem }
  const asAdmin = async (request: FastifyRequest): Promise<Origin> => {
    const admin = await deps.users.caller(request.principal)
    return originOf(request, `user:${admin.id}`)
  }

  app.get<{ Querystring: Static<typeof pageQuery> }>(url, {
    schema: {
      operationId: 'listClients',
      summary: 'Clients, oldest first',
      tags,
      querystring: pageQuery,
      response: { 200: clientList, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await asAdmin(request)
      const page = await registry.list(pageSize(request.query))
      return { items: page.rows.map(clientRecord), next_cursor: page.next }
    },
  })

  app.post<{ Body: Static<typeof newClient> }>(url, {
    schema: {
      operationId: 'addClient',
      summary: 'Register a client',
      description: 'The secret of a confidential client is in the answer, and nowhere else.',
      tags,
      body: newClient,
      response: { 201: client, 409: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const origin = await asAdmin(request)
      const { id, confidential = true } = request.body
      const made = await registry.add(id, confidential, termsOf(request.body), origin)
      const secret = made.secret === undefined ? {} : { client_secret: made.secret }
      reply.code(201).header('location', `${app.prefix}${url}/${id}`)
      return { ...clientRecord(made.client), ...secret }
    },
  })

  app.get<WithId>(`${url}/:id`, {
    schema: {
      operationId: 'readClient',
      summary: 'A client',
      tags,
      response: { 200: client, 404: problem, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await asAdmin(request)
      return clientRecord(await registry.get(request.params.id))
    },
  })

  app.patch<WithId & { Body: Static<typeof clientEdit> }>(`${url}/:id`, {
    schema: {
      operationId: 'editClient',
      summary: 'Change a client',
      tags,
      body: clientEdit,
      response: { 200: client, 404: problem, ...refused },
    },
    onRequest,
    handler: async (request) => {
      const origin = await asAdmin(request)
      const { disabled } = request.body
      const terms = { ...termsOf(request.body), disabled }
      return clientRecord(await registry.edit(request.params.id, terms, origin))
    },
  })

  app.delete<WithId>(`${url}/:id`, {
    schema: {
      operationId: 'removeClient',
      summary: 'Remove a client; its tokens are refused',
      tags,
      response: { 204: { description: 'Removed' }, 404: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const origin = await asAdmin(request)
      await registry.remove(request.params.id, origin)
      return reply.code(204).send()
    },
  })

  app.post<WithId & { Body: Static<typeof secretRequest> }>(`${url}/:id/secrets`, {
    schema: {
      operationId: 'addClientSecret',
      summary: 'A new secret',
      description: 'Older secrets stay good for `overlap` seconds, a day unless said otherwise.',
      tags,
      body: secretRequest,
      response: { 201: clientSecret, 404: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const origin = await asAdmin(request)
      const overlap = request.body?.overlap ?? usualOverlap
      const secret = await registry.addSecret(request.params.id, overlap, origin)
      reply.code(201)
      return { client_secret: secret }
    },
  })
  refuseOtherMethods(app, url, ['GET', 'POST'])
  refuseOtherMethods(app, `${url}/:id`, ['GET', 'PATCH', 'DELETE'])
  refuseOtherMethods(app, `${url}/:id/secrets`, ['POST'])
}

function termsOf(body: Static<typeof clientTerms>) {
  return {
    name: body.name,
    grants: body.grants,
    scopes: body.scopes,
    accessTokenTtl: body.access_token_ttl,
    refreshIdleTtl: body.refresh_idle_ttl,
    sessionTtl: body.session_ttl,
  }
}
