import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { StatusPublications } from '../../core/status-publications.js'
import { Refusal } from '../../errors.js'
import { refuseOtherMethods } from '../paths.js'
import { problem, statusList, statusListAggregation } from '../schemas.js'

interface Dependencies {
  statusPublications: StatusPublications
}

/** `/status-lists`: what others verify tokens' statuses with (draft-ietf-oauth-status-list sections 8 and 9). */
export function statusListsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { statusPublications: publications } = deps
  const url = '/status-lists'
  const tags = ['Tokens']

  app.get(url, {
    schema: {
      operationId: 'statusLists',
      summary: 'Which status lists there are',
      tags,
      response: { 200: statusListAggregation },
    },
    handler: (_request, reply) =>
      reply.headers(cacheable(publications.maxAge)).send({ status_lists: publications.uris }),
  })

  app.get<{ Params: { number: string }; Querystring: { time?: string } }>(`${url}/:number`, {
    schema: {
      operationId: 'statusList',
      summary: 'A status list',
      description:
        'A signed token that holds, in two bits for each, which access tokens are revoked (1) or outdated (3) although they have not expired.',
      tags,
      response: {
        200: statusList,
        304: { description: 'The list is the one that If-None-Match names' },
        404: problem,
        501: problem,
      },
    },
    handler: async (request, reply) => {
      if (request.query.time !== undefined) throw notKept()
      const list = await publications.get(numberOf(request.params.number))
      if (list === undefined) throw unknown()
      const { token, etag, maxAge } = list
      reply.headers({ ...cacheable(maxAge), etag })
      if (isHeld(request, etag)) return reply.code(304).send()
      return reply.type('application/statuslist+jwt').send(token)
    },
  })
  refuseOtherMethods(app, url, ['GET'])
  refuseOtherMethods(app, `${url}/:number`, ['GET'])
}

/** Each list has one address: `01` is not `1`. */
function numberOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw unknown()
}

/** RFC 9110 section 13.1.2: the weak comparison. */
function isHeld({ headers }: FastifyRequest, etag: string): boolean {
  const given = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''))
  return given !== undefined && (given.includes(etag) || given.includes('*'))
}

function cacheable(maxAge: number) {
  return { 'cache-control': `public, max-age=${maxAge}` }
}

/** Section 8.4 of the draft: how it was at another time. */
function notKept(): Refusal {
  return new Refusal('status_history_not_kept', { message: 'Only the present list can be had' })
}

function unknown(): Refusal {
  return new Refusal('status_list_unknown', { message: 'There is no such status list' })
}
