import type { FastifyRequest } from 'fastify'

/** Where a request comes from: the one answer for limits, the audit log and the list of sessions (checklist H05). */
export function clientAddress(request: FastifyRequest): string {
  return request.ip
}
