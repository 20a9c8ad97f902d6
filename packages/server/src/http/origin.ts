import type { FastifyRequest } from 'fastify'
import type { Origin } from '../core/audit.js'
import { clientAddress } from './client-address.js'
import { hungUp } from './hung-up.js'

const longestUserAgent = 256

/** Who acts and from where, for the audit log and the list of sessions. */
export function originOf(request: FastifyRequest, actor = 'anonymous'): Origin {
  return {
    actor,
    address: clientAddress(request),
    requestId: request.id,
    userAgent: request.headers['user-agent']?.slice(0, longestUserAgent),
    // Made when it is asked for: most requests never wait long enough. And no getter: V8 makes a hidden class of
    // its own for each object with one, which keeps the request alive until the next full collection.
    signal: () => hungUp(request),
  }
}
