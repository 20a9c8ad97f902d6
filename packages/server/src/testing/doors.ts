/** The two ways to the server: as a `fetch` in this process, and over a socket. */

import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from 'node:http'
import { isTcp } from '../loopback.js'
import { type Answer, type Handler, Lost } from './exchange.js'

/**
 * Answers as the platform's `fetch` would. Redirects are answered as they are.
 *
 * @throws TypeError (by rejection) for what is lost on the way, as the platform's does
 */
export async function fetchFrom(handle: Handler, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const body = Buffer.from(await request.arrayBuffer())
  request.signal.throwIfAborted()
  const answer = handle({
    method: request.method,
    path: pathname + search,
    headers: Object.fromEntries(request.headers),
    body,
  })
  try {
    return responseOf(await unlessAborted(answer, request.signal))
  } catch (error) {
    throw error instanceof Lost ? new TypeError('fetch failed', { cause: error }) : error
  }
}

/** @param port 0 for a free one */
export async function listenOn(port: number, handle: Handler): Promise<Listening> {
  const server = createServer((request, response) => {
    exchangeOf(request)
      .then(handle)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch(() => request.socket.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || !isTcp(address)) throw new TypeError(`${port} is no port`)
  return { origin: `http://127.0.0.1:${address.port}`, close: () => close(server) }
}

export interface Listening {
  readonly origin: string
  close(): Promise<void>
}

async function exchangeOf(request: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { method = 'GET', url: path = '/', headers } = request
  return { method, path, headers, body: Buffer.concat(chunks) }
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

function responseOf({ status, headers, body }: Answer): Response {
  const mayHaveBody = status !== 204 && status !== 205 && status !== 304
  return new Response(mayHaveBody ? new Uint8Array(body) : null, {
    status,
    headers: [...pairs(headers)],
  })
}

function* pairs(headers: OutgoingHttpHeaders): Iterable<[string, string]> {
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value ?? []].flat()) yield [name, String(one)]
  }
}

/** Waits until the caller no longer wants to; the server does its work all the same. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
