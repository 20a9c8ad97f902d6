import type { FastifyInstance, FastifyRequest } from 'fastify'
import { digestOf, isSecretOf } from '../../core/client-secrets.js'
import type { Family } from '../../core/measures/instruments.js'
import { Refusal } from '../../errors.js'
import { exposition, expositionType } from '../exposition.js'
import { refuseOtherMethods } from '../paths.js'
import { problem } from '../schemas.js'

export interface MetricsAccess {
  /** Who presents it may read them, from wherever; without it callers on this machine alone. */
  token: string | undefined
  collect: () => Promise<readonly Family[]>
  isLoopback: (address: string) => boolean
}

/** `GET /metrics`: numbers for Prometheus. They name nobody (checklist K07), and are still not for everybody. */
export function metricsRoute(app: FastifyInstance, access: MetricsAccess): void {
  app.get('/metrics', {
    schema: {
      summary: 'Numbers for Prometheus',
      tags: ['Operation'],
      produces: ['text/plain'],
      response: { 200: { type: 'string' }, 401: problem, 403: problem },
    },
    handler: async (request, reply) => {
      if (access.token === undefined) requireSameMachine(access, request)
      else requireToken(access.token, request)
      const families = await access.collect()
      return reply
        .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
        .type(expositionType)
        .send(exposition(families))
    },
  })
  refuseOtherMethods(app, '/metrics', ['GET'])
}

function requireToken(token: string, { headers }: FastifyRequest): void {
  const [, presented = ''] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (isSecretOf([digestOf(token)], presented)) return
  throw new Refusal('metrics_token_wrong', { message: 'The token for metrics is needed' })
}

/** A proxy's address is not its callers': whoever was forwarded is from elsewhere. */
function requireSameMachine({ isLoopback }: MetricsAccess, request: FastifyRequest): void {
  const { socket, headers } = request
  const isForwarded = forwarding.some((header) => headers[header] !== undefined)
  if (isLoopback(socket.remoteAddress ?? '') && !isForwarded) return
  throw new Refusal('metrics_closed', {
    message: 'Metrics are for callers on the same machine, unless LATCHKEY_METRICS_TOKEN is set',
  })
}

const forwarding = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'x-forwarded-host', 'via']
