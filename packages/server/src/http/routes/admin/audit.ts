import { Readable } from 'node:stream'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import Type, { type Static } from 'typebox'
import type { ExportedPart } from '../../../core/audit/log.js'
import type { Audit } from '../../../core/audit/open.js'
import { auditRecord } from '../../../core/audit/record.js'
import type { Users } from '../../../core/users.js'
import { Refusal } from '../../../errors.js'
import type { Instant, SessionId, UserId } from '../../../store/schema.js'
import { auditList } from '../../admin-schemas.js'
import { pageQuery, pageSize } from '../../pages.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'

interface Dependencies {
  users: Users
  audit: Audit
  isAdmin: onRequestHookHandler
}

const id = Type.String({ pattern: '^[0-9A-Za-z_-]{1,64}$' })
const moment = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 64, description }))

const filter = {
  user_id: Type.Optional(id),
  event: Type.Optional(Type.String({ pattern: '^[a-z_]{1,64}$' })),
  from: moment('The first moment that is wanted (RFC 3339)'),
  to: moment('The first moment that is too late'),
}
const listQuery = Type.Object({
  ...pageQuery.properties,
  ...filter,
  session_id: Type.Optional({ ...id, description: 'Needs `user_id`' }),
  client_id: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Needs `user_id`' }),
  ),
})
const exportQuery = Type.Object({
  ...filter,
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: 'Of the last line that came whole' }),
  ),
})

/** `/admin/audit`: what has happened. Nobody can change it here. */
export function adminAuditRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, audit, isAdmin: onRequest } = deps
  const url = '/admin/audit'
  const tags = ['Administration']
  const refused = { 401: problem, 403: problem, 422: problem }

  app.get<{ Querystring: Static<typeof listQuery> }>(url, {
    schema: {
      operationId: 'listAudit',
      summary: 'The audit log, newest first',
      tags,
      querystring: listQuery,
      response: { 200: auditList, ...refused },
    },
    onRequest,
    handler: async (request) => {
      await users.caller(request.principal)
      const { session_id: sessionId, client_id: clientId } = request.query
      const page = await audit.log.list({
        ...pageSize(request.query),
        ...wanted(request.query),
        sessionId: sessionId as SessionId | undefined,
        clientId,
      })
      return { items: page.rows.map(auditRecord), next_cursor: page.next }
    },
  })

  app.get<{ Querystring: Static<typeof exportQuery> }>(`${url}/export`, {
    schema: {
      operationId: 'exportAudit',
      summary: 'The audit log, as JSON lines',
      description:
        'All that is sealed, in the order of the seals: the same order each time. Each line has a `cursor`, behind which the next export goes on.',
      tags,
      querystring: exportQuery,
      response: { 200: exported, ...refused },
    },
    onRequest,
    handler: async (request, reply) => {
      await users.caller(request.principal)
      const parts = await audit.log.export({
        ...wanted(request.query),
        cursor: request.query.cursor,
      })
      reply.type('application/x-ndjson')
      return request.method === 'HEAD' ? reply.send() : reply.send(Readable.from(textOf(parts)))
    },
  })
  for (const path of [url, `${url}/export`]) refuseOtherMethods(app, path, ['GET'])
}

const exported = {
  description: 'An entry a line',
  content: { 'application/x-ndjson': { schema: Type.String() } },
}

async function* textOf(parts: AsyncIterable<ExportedPart>): AsyncGenerator<string, void> {
  for await (const { lines } of parts) if (lines !== '') yield lines
}

function wanted(query: Static<typeof exportQuery>) {
  const { user_id: userId, event } = query
  return {
    userId: userId as UserId | undefined,
    event,
    from: instant(query.from, 'from'),
    to: instant(query.to, 'to'),
  }
}

/** RFC 3339 section 5.6. */
const dateTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

function instant(text: string | undefined, field: string): Instant | undefined {
  if (text === undefined) return undefined
  const time = dateTime.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time as Instant
  const message = `${field} should be a time such as 2026-01-31T12:00:00Z`
  throw new Refusal('field_malformed', { message, fields: [field] })
}
