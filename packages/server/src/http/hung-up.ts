import type { Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'

const signals = new WeakMap<Socket, AbortSignal>()

/**
 * Fires when a request's connection is closed: nobody hears the answer then. One for all requests of a
 * connection, of which one at a time is answered. Fastify's own fires as soon as a body has been read.
 */
export function hungUp({ socket }: FastifyRequest): AbortSignal {
  const known = signals.get(socket)
  if (known !== undefined) return known
  const closing = new AbortController()
  if (socket.destroyed) closing.abort()
  else socket.once('close', () => closing.abort())
  signals.set(socket, closing.signal)
  return closing.signal
}
