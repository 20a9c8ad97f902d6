import { once } from 'node:events'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { isTcp } from '../src/loopback.js'

export interface RawAnswer {
  status: number
  headers: Headers
  body: string
}

/** Listens on a free port of loopback, for what injected requests can't show. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.addresses().find(isTcp)
  if (address === undefined) throw new Error('The app listens nowhere')
  return address.port
}

/** Sends bytes as they are, and answers the first response when the server has closed the connection. */
export async function exchange(port: number, ...pieces: (string | Buffer)[]): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  const received: Buffer[] = []
  socket.on('data', (bytes) => received.push(bytes))
  // The server may close while we still send: what it answered before counts.
  socket.on('error', () => socket.destroy())
  const closed = once(socket, 'close')
  for (const piece of pieces) socket.write(piece)
  await closed
  return parse(Buffer.concat(received).toString('latin1'))
}

/** A request with these header lines; `Connection: close` makes the server end the exchange. */
export function request(line: string, headers: readonly string[], body = ''): string {
  return [`${line} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', body].join('\r\n')
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = new Headers()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1))
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n') }
}
