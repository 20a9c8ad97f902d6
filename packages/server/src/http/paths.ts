import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { answerWrongMethod, type ErrorForm } from './errors.js'

/**
 * What FastAPI does at every path, and Fastify leaves to its user (contract, section 3). It is done
 * in the first hook, where no body has been parsed yet; that a route has a handler is a formality.
 */

// biome-ignore format: one line
const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** Answers 405 with `Allow` to every method that the path does not have. HEAD goes with GET. */
export function refuseOtherMethods(
  app: FastifyInstance,
  url: string,
  allowed: readonly HTTPMethods[],
  errorForm: ErrorForm = 'problem',
): void {
  const had = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed
  const answer = (request: FastifyRequest, reply: FastifyReply) =>
    answerWrongMethod(request, reply, allowed)
  app.route({
    method: methods.filter((method) => !had.includes(method)),
    url,
    schema: { hide: true },
    exposeHeadRoute: false,
    config: { errorForm },
    onRequest: answer,
    handler: answer,
  })
}

/** Sends callers from a path to its twin with or without the slash, method and body kept. */
export function redirectSlash(app: FastifyInstance, from: string, to: string): void {
  if (ignoresSlash(app)) return
  const answer = (request: FastifyRequest, reply: FastifyReply): void => {
    const query = request.url.indexOf('?')
    // Relative to this server: a Host header never decides where somebody is sent (checklist I02).
    const target = `${app.prefix}${to}${query === -1 ? '' : request.url.slice(query)}`
    reply.redirect(target, 307)
  }
  app.all(from, { schema: { hide: true }, onRequest: answer, handler: answer })
}

/** Whether the app takes both spellings for one path, which can't be declared twice then. */
export function ignoresSlash({ initialConfig }: FastifyInstance): boolean {
  const { routerOptions, ignoreTrailingSlash } = initialConfig
  return routerOptions?.ignoreTrailingSlash ?? ignoreTrailingSlash ?? false
}
