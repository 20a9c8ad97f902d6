import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import type { Origin } from '../../../core/audit.js'
import { type Invitations, invitationRecord } from '../../../core/invitations.js'
import type { Users } from '../../../core/users.js'
import { invitation, invitationList, newInvitation } from '../../admin-schemas.js'
import { originOf } from '../../origin.js'
import { pageQuery, pageSize } from '../../pages.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'

interface Dependencies {
  users: Users
  invitations: Invitations
  isAdmin: onRequestHookHandler
}

/** `/admin/invitations`: links that let somebody register. */
export function adminInvitationsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { invitations, isAdmin: onRequest } = deps
  const url = '/admin/invitations'
  const tags = ['Administration']
  const refused = { 401: problem, 403: problem, 422: problem }
  const asAdmin = async (request: FastifyRequest): Promise<Origin> => {
    const admin = await deps.users.caller(request.principal)
    return originOf(request, `user:${admin.id}`)
  }

  app.get<{ Querystring: Static<typeof pageQuery> }>(url, {
    schema: {
      operationId: 'listInvitations',
      summary: 'Invitations that are good still, newest first',
      tags,
      querystring: pageQuery,
      response: { 200: invitationList, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await asAdmin(request)
      const page = await invitations.list(pageSize(request.query))
      return { items: page.rows.map(invitationRecord), next_cursor: page.next }
    },
  })

  app.post<{ Body: Static<typeof newInvitation> }>(url, {
    schema: {
      operationId: 'invite',
      summary: 'Invite somebody by mail',
      description: 'The link is in the mail alone. It is good once, for seven days.',
      tags,
      body: newInvitation,
      response: { 201: invitation, 409: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      const row = await invitations.invite(request.body, await asAdmin(request))
      reply.code(201)
      return invitationRecord(row)
    },
  })

  app.delete<{ Params: { id: string } }>(`${url}/:id`, {
    schema: {
      operationId: 'revokeInvitation',
      summary: 'Take an invitation back',
      tags,
      response: { 204: { description: 'Taken back' }, 404: problem, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      await invitations.revoke(request.params.id, await asAdmin(request))
      return reply.code(204).send()
    },
  })
  refuseOtherMethods(app, url, ['GET', 'POST'])
  refuseOtherMethods(app, `${url}/:id`, ['DELETE'])
}
