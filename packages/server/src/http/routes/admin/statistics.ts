import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Static } from 'typebox'
import type { Statistics } from '../../../core/statistics.js'
import type { Users } from '../../../core/users.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'
import { statisticsQuery, statistics as statisticsSchema } from '../../statistics-schemas.js'

interface Dependencies {
  users: Users
  statistics: Statistics
  isAdmin: onRequestHookHandler
}

/** `/admin/statistics`: what has happened on all servers of the database. It names nobody. */
export function adminStatisticsRoutes(app: FastifyInstance, deps: Dependencies): void {
  const { users, statistics, isAdmin: onRequest } = deps
  const url = '/admin/statistics'

  app.get<{ Querystring: Static<typeof statisticsQuery> }>(url, {
    schema: {
      operationId: 'getStatistics',
      summary: 'Sign-ins, refreshes, refusals and waits over time',
      description:
        'Of all servers of the database together. What happened in the last ten seconds may be missing.',
      tags: ['Administration'],
      querystring: statisticsQuery,
      response: { 200: statisticsSchema, 401: problem, 403: problem, 422: problem },
    },
    onRequest,
    handler: async (request) => {
      await users.caller(request.principal)
      return statistics.of(request.query.span ?? 'hour')
    },
  })
  refuseOtherMethods(app, url, ['GET'])
}
