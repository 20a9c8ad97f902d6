import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../core/log.js'
import { Refusal } from '../errors.js'

/** What one connection may take, in milliseconds. */
export interface ConnectionLimits {
  /** From a request's first byte, or the connection's start, to the end of the headers. */
  headers: number
  /** To the end of the body. */
  request: number
  /** How often both are looked at. */
  lookEvery: number
  /** Between two requests. */
  idle: number
  /** While nothing is read or written, for answers that nobody takes: once or twice as long. */
  stalled: number
}

// Node's own are 60 s for the headers and 300 s for a request, looked at each 30 s: a handful of
// slow clients could hold every connection (checklist J02).
export const connectionLimits: ConnectionLimits = {
  headers: 5_000,
  request: 10_000,
  lookEvery: 1_000,
  idle: 72_000,
  stalled: 30_000,
}

/** Bytes of a body: of forms, and of JSON (checklist J01). */
export const largestBody = 16 * 1024

const largestHead = 16 * 1024
const longestUrl = 2 * 1024
const mostHeaders = 100

/** For a server that is about to be made. */
export function serverOptions(limits: ConnectionLimits): ServerOptions {
  return {
    maxHeaderSize: largestHead,
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    connectionsCheckingInterval: limits.lookEvery,
  }
}

/**
 * For a server that was made and does not listen yet.
 *
 * @param connections how many it has at a time; what comes above that is closed unheard
 */
export function limitConnections(
  server: Server,
  { idle, stalled }: ConnectionLimits,
  connections: number,
  log: Log,
): void {
  server.keepAliveTimeout = idle
  server.timeout = stalled
  server.maxConnections = connections
  let isToldOf = false
  server.on('drop', () => {
    if (isToldOf) return
    isToldOf = true
    log.warn({ connections }, 'no more connections are taken: there are as many as may be')
    setTimeout(() => {
      isToldOf = false
    }, silence).unref()
  })
}

/** Milliseconds: whoever opens connections in masses is not to fill the log. */
const silence = 60_000

/** Turns requests away by what is before their body. Node lets through 2,000 headers, and drops the rest. */
export function tooLarge({ raw }: FastifyRequest, reply: FastifyReply): Refusal | undefined {
  // Node would read what nobody wants to its end, be it a gigabyte, to use the connection again.
  if (mayHaveLargeBody(raw)) reply.header('connection', 'close')
  const { url = '', rawHeaders } = raw
  if (url.length > longestUrl) {
    return new Refusal('url_too_long', { message: 'The URL is over 2 kB' })
  }
  if (rawHeaders.length > 2 * mostHeaders) {
    return new Refusal('headers_too_many', { message: `There are over ${mostHeaders} headers` })
  }
  return undefined
}

/** HTTP/2, which an embedding app may speak, has no such header and ends one request alone. */
function mayHaveLargeBody({ headers, httpVersionMajor }: IncomingMessage): boolean {
  const isLarge = Number(headers['content-length'] ?? 0) > largestBody
  return httpVersionMajor === 1 && (isLarge || headers['transfer-encoding'] !== undefined)
}
