import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Log } from './core/log.js'
import { answerUnreadable } from './http/errors.js'
import { connectionLimits, limitConnections, serverOptions } from './http/limits.js'
import type { Latchkey } from './latchkey.js'
import { isTcp } from './loopback.js'

export interface Listening {
  /** Where it listens, as people would type it. */
  address: string
  /** The second server, where there is one. */
  twin: Server | undefined
}

/**
 * Begins to listen where the settings say.
 *
 * @throws Error of code `EADDRINUSE` and the like
 */
export async function listen(
  app: FastifyInstance,
  { settings, identity }: Latchkey,
  log: Log,
): Promise<Listening> {
  const { host, port, maxConnections, keepAlive } = settings
  const local = host === '127.0.0.1' || host === 'localhost'
  await app.listen({ host: local ? '127.0.0.1' : host, port, backlog })
  const bound = app.addresses().find(isTcp)?.port ?? port
  identity.listensAt(`http://127.0.0.1:${bound}`)
  const shown = local ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  const address = `http://${shown}:${bound}`
  if (!local) return { address, twin: undefined }
  const limits = { ...connectionLimits, idle: keepAlive * 1000 }
  const twin = createServer(serverOptions(limits), app.routing)
  limitConnections(twin, limits, maxConnections, log)
  return { address, twin: await listenOnIpv6Loopback(app, twin, bound) }
}

/** How many connections wait to be taken: those beyond the usual 511 try again after seconds, unheard and uncounted. */
const backlog = 4_096

/** Browsers and libraries may take `localhost` for ::1, where another program could be listening. */
async function listenOnIpv6Loopback(
  app: FastifyInstance,
  twin: Server,
  port: number,
): Promise<Server | undefined> {
  twin.on('clientError', answerUnreadable)
  try {
    twin.listen(port, '::1', backlog)
    await once(twin, 'listening')
    return twin
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return undefined
    // Half a server would answer some and keep the process from ending.
    await app.close()
    throw error
  }
}
