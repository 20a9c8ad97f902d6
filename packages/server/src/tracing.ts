import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type OpenSpan, type SpanName, type Tracing, untraced } from './core/tracing.js'
import { Refusal } from './errors.js'
import {
  type Context,
  errorStatus,
  type HeaderGetter,
  type OpenTelemetry,
  type Span,
  serverKind,
} from './open-telemetry.js'
import { version } from './version.js'

/** Traces for whoever has brought OpenTelemetry; otherwise nothing is traced. */
export class Traces {
  readonly tracing: Tracing
  readonly #api: OpenTelemetry | undefined

  constructor(api: OpenTelemetry | undefined) {
    this.#api = api
    this.tracing =
      api === undefined ? untraced : { within: (name, work) => within(api, name, work) }
  }

  /**
   * Traces all requests to routes of a context. A caller's trace goes on; where the app traces requests
   * itself, ours is a part of that.
   */
  ofRequests(app: FastifyInstance): void {
    const api = this.#api
    if (api === undefined) return
    app.addHook('onRequest', (request, reply, done) => {
      const parent = parentOf(api, request.headers)
      const { name, attributes } = describe(request)
      const span = tracerOf(api).startSpan(name, { kind: serverKind, attributes }, parent)
      // Comes after every answer, and where the caller has hung up before.
      reply.raw.once('close', () => end(span, reply.raw))
      api.context.with(api.trace.setSpan(parent, span), done)
    })
  }
}

/** By the semantic conventions of OpenTelemetry for HTTP; without path and query, which may name somebody. */
function describe({ method, protocol, routeOptions: { url: route = '' } }: FastifyRequest) {
  const attributes = {
    'http.request.method': method,
    'http.route': route,
    // An app that trusts its proxies hands on whatever a header says.
    'url.scheme': protocol === 'https' ? 'https' : 'http',
  }
  return { name: `${method} ${route}`, attributes }
}

function end(span: Span, { headersSent, writableFinished, statusCode }: ServerResponse): void {
  if (headersSent) span.setAttribute('http.response.status_code', statusCode)
  const fault = statusCode >= 500 ? `${statusCode}` : undefined
  const error = writableFinished ? fault : 'caller_gone'
  if (error !== undefined) {
    span.setAttribute('error.type', error)
    span.setStatus({ code: errorStatus })
  }
  span.end()
}

function parentOf({ context, trace, propagation }: OpenTelemetry, headers: object): Context {
  const here = context.active()
  return trace.getSpan(here) === undefined ? propagation.extract(here, headers, headerGetter) : here
}

const headerGetter: HeaderGetter = {
  keys: (headers) => Object.keys(headers),
  get(headers, name) {
    const value: unknown = Reflect.get(headers, name.toLowerCase())
    return typeof value === 'string' ? value : undefined
  },
}

function tracerOf({ trace }: OpenTelemetry) {
  return trace.getTracer('latchkey', version)
}

function within<Result>(
  api: OpenTelemetry,
  name: SpanName,
  work: (span: OpenSpan) => Promise<Result>,
): Promise<Result> {
  const { context, trace } = api
  const parent = context.active()
  // A look at the change feed each 0.4 s is nobody's request.
  if (trace.getSpan(parent) === undefined) return untraced.within(name, work)
  const span = tracerOf(api).startSpan(name, {}, parent)
  return context.with(trace.setSpan(parent, span), () => finish(span, work))
}

async function finish<Result>(
  span: Span,
  work: (span: OpenSpan) => Promise<Result>,
): Promise<Result> {
  try {
    return await work({
      set(attributes) {
        for (const [name, value] of Object.entries(attributes)) span.setAttribute(name, value)
      },
      happened: (event) => void span.addEvent(event),
    })
  } catch (error) {
    // Never the message: it is for one caller, and may repeat what they sent (checklist G11).
    const message = error instanceof Refusal ? error.code : 'failed'
    span.setStatus({ code: errorStatus, message })
    throw error
  } finally {
    span.end()
  }
}
