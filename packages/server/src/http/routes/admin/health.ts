import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Examination } from '../../../core/examination.js'
import type { Users } from '../../../core/users.js'
import { refuseOtherMethods } from '../../paths.js'
import { problem } from '../../schemas.js'
import { serverHealth } from '../../server-schemas.js'

interface Dependencies {
  users: Users
  examination: Examination
  isAdmin: onRequestHookHandler
}

/** `/admin/health`: what the server finds when it looks at itself. */
export function adminHealthRoutes(app: FastifyInstance, deps: Dependencies): void {
  const url = '/admin/health'
  app.get(url, {
    schema: {
      operationId: 'examineServer',
      summary: 'What is wrong with this server, and what to do',
      description:
        'As `latchkey doctor` finds it, but for what takes too long beside requests, which `left_out` names. It looks at most once in 5 seconds.',
      tags: ['Administration'],
      response: { 200: serverHealth, 401: problem, 403: problem },
    },
    onRequest: deps.isAdmin,
    handler: async (request) => {
      await deps.users.caller(request.principal)
      const { findings, at, leftOut, databaseSize, engine, ...rest } =
        await deps.examination.latest()
      return {
        examined_at: new Date(at).toISOString(),
        version: rest.version,
        node: rest.node,
        uptime: Math.round(rest.uptime),
        database: { engine, bytes: databaseSize ?? null },
        findings,
        left_out: leftOut,
      }
    },
  })
  refuseOtherMethods(app, url, ['GET'])
}
