import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import { type Mails, mailRecord } from '../../../core/mails.js'
import type { Users } from '../../../core/users.js'
import type { UserId } from '../../../store/schema.js'
import { mail, mailList, mailQuery } from '../../admin-schemas.js'
import { pageSize } from '../../pages.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'

interface Dependencies {
  users: Users
  mails: Mails
  isAdmin: onRequestHookHandler
}

/** `/admin/mails`: what was sent, what waits, and why. */
export function adminMailsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, mails, isAdmin: onRequest } = deps
  const url = '/admin/mails'
  const tags = ['Administration']
  const refused = { 401: problem, 403: problem }

  app.get<{ Querystring: Static<typeof mailQuery> }>(url, {
    schema: {
      operationId: 'listMails',
      summary: 'Mails, newest first',
      description:
        'Those in one `state` by the time at which they are due or forgotten, the latest first.',
      tags,
      querystring: mailQuery,
      response: { 200: mailList, 422: problem, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await users.caller(request.principal)
      const { state, user_id: userId } = request.query
      const page = await mails.list({
        ...pageSize(request.query),
        ...(state && { state }),
        ...(userId !== undefined && { userId: userId as UserId }),
      })
      return { items: page.rows.map(mailRecord), next_cursor: page.next }
    },
  })

  app.get<{ Params: { id: string } }>(`${url}/:id`, {
    schema: {
      operationId: 'getMail',
      summary: 'One mail',
      description:
        'What it says is there only without a mail server, in the demo and in development: the links in it open accounts.',
      tags,
      response: { 200: mail, 404: problem, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await users.caller(request.principal)
      const { row, letter } = await mails.get(request.params.id)
      const { subject, text, html } = letter ?? {}
      return { ...mailRecord(row), ...(letter && { subject, text, html }) }
    },
  })
  refuseOtherMethods(app, url, ['GET'])
  refuseOtherMethods(app, `${url}/:id`, ['GET'])
}
