import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import { clientAddress } from './http/client-address.js'
import { answerError, answerNotFound, answerUnreadable } from './http/errors.js'
import {
  type ConnectionLimits,
  connectionLimits,
  largestBody,
  limitConnections,
  serverOptions,
} from './http/limits.js'
import { itemsRoute } from './http/routes/items.js'
import { setCompilers } from './http/schema-compilers.js'
import { type Latchkey, openLatchkey } from './latchkey.js'
import { withLateChildren } from './late-log.js'
import { listen } from './listening.js'
import { mount } from './plugin.js'
import type { Primary } from './primary.js'
import type { Environment } from './settings/read.js'
import type { Settings } from './settings/settings.js'

export interface ServeOptions {
  settings: Settings
  log: Logger
  /** Adds the demo's route, `GET /items/`. */
  demo?: boolean
  /** Where the settings came from. */
  environment?: Environment
  /** What the process that has started this one does for all of them. */
  primary?: Primary
  /** Runs when everything is open and nothing listens yet. */
  beforeListening?: (latchkey: Latchkey) => Promise<void>
}

export interface Serving {
  /** Where it listens, the first as people would type it. */
  address: string
  latchkey: Latchkey
  /** Finishes the requests under way, and ends. */
  close(leaving: Leaving): Promise<void>
}

/** How a process goes. */
export interface Leaving {
  /** Milliseconds in which it serves as ever, but asks each caller to come back by a new connection. */
  after: number
  /** Whether another has taken its place already; otherwise `/readyz` says that others should be asked. */
  isReplaced: boolean
}

/**
 * Runs Latchkey as a program.
 *
 * @throws Error of code `EADDRINUSE` and the like when it can't listen
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { settings, log, primary } = options
  const isForDevelopment = options.demo === true
  const latchkey = await openLatchkey(settings, { log, primary, isForDevelopment })
  try {
    await latchkey.start()
    await options.beforeListening?.(latchkey)
    const app = await buildApp(options, latchkey)
    const { address, twin } = await listen(app, latchkey, log)
    latchkey.hashPool.warmUp()
    return {
      address,
      latchkey,
      async close({ after, isReplaced }) {
        latchkey.health.leave(isReplaced)
        if (after > 0) await pause(after)
        const late = setTimeout(() => cutOff(app.server, twin), longestFinish)
        twin?.close()
        await app.close()
        clearTimeout(late)
      },
    }
  } catch (error) {
    await latchkey.close()
    throw error
  }
}

/** Milliseconds for requests that are under way at the end. */
const longestFinish = 15_000

function cutOff(...servers: (Server | undefined)[]): void {
  for (const server of servers) server?.closeAllConnections()
}

/** The app as it listens, on a Latchkey that is open already; closing it closes that too. */
export async function buildApp(
  options: Pick<ServeOptions, 'log' | 'demo' | 'environment'> & {
    limits?: ConnectionLimits
    lateness?: () => number
  },
  latchkey: Latchkey,
): Promise<FastifyInstance> {
  const idle = latchkey.settings.keepAlive * 1000
  const { limits = { ...connectionLimits, idle }, lateness } = options
  const app: FastifyInstance = fastify({
    http: serverOptions(limits),
    requestTimeout: limits.request,
    bodyLimit: largestBody,
    loggerInstance: withLateChildren(options.log),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(),
    forceCloseConnections: 'idle',
    // What arrives in the last moment is served too.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerUnreadable,
  })
  setCompilers(app)
  limitConnections(app.server, limits, latchkey.settings.maxConnections, options.log)
  app.addHook('onClose', () => latchkey.close())
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  logAnswers(app, options.log)
  sendAwayWhenLeaving(app, latchkey)
  mount(app, latchkey, {
    prefix: '',
    docs: true,
    isAlone: true,
    isDemo: options.demo === true,
    ...(options.environment && { environment: options.environment }),
    ...(lateness && { lateness }),
  })
  if (options.demo) app.register(async (child) => itemsRoute(child, child.latchkey.requires()))
  await app.ready()
  return app
}

/** A caller that keeps its connection would come back to who is not there any more. */
function sendAwayWhenLeaving(app: FastifyInstance, { health }: Latchkey): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (health.isLeaving) reply.header('connection', 'close')
    done()
  })
}

/** Different in each process and at each request. Nobody relies on them being hard to guess; 5 µs of randomness would be a tenth of a guarded request. */
function requestIds(): () => string {
  const process = randomBytes(6).toString('base64url')
  let count = 0
  return () => `${process}-${(count++).toString(36)}`
}

/** One line for what changes something or goes wrong; reads that went well are at level debug. The query is left out: it is the caller's. */
function logAnswers(app: FastifyInstance, log: Logger): void {
  app.addHook('onResponse', (request, reply, done) => {
    const quiet = reply.statusCode < 400 && request.method === 'GET'
    const level = quiet ? 'debug' : 'info'
    if (log.isLevelEnabled(level)) {
      request.log[level](
        {
          method: request.method,
          path: request.url.split('?', 1)[0],
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
          address: clientAddress(request),
        },
        'answered',
      )
    }
    done()
  })
}
