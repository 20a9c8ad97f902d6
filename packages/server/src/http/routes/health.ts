import type { FastifyInstance } from 'fastify'
import type { Health } from '../../core/health.js'
import { refuseOtherMethods } from '../paths.js'
import { health as healthSchema, problem } from '../schemas.js'

/** `GET /healthz` says that the process answers, `GET /readyz` that it can do its work. */
export function healthRoutes(app: FastifyInstance, { health }: { health: Health }): void {
  app.get('/healthz', {
    schema: { summary: 'Alive?', tags: ['Operation'], response: { 200: healthSchema } },
    handler: (_request, reply) => reply.send({ status: 'ok' }),
  })
  app.get('/readyz', {
    schema: {
      summary: 'Ready?',
      tags: ['Operation'],
      response: { 200: healthSchema, 503: problem },
    },
    handler: async () => {
      await health.ready()
      return { status: 'ok' }
    },
  })
  for (const url of ['/healthz', '/readyz']) refuseOtherMethods(app, url, ['GET'])
}
