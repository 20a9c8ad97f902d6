import type { FastifyInstance, HTTPMethods } from 'fastify'
import { answerWrongMethod } from './errors.js'

/** What FastAPI does at every path, and Fastify leaves to its user (contract, section 3). */

const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Answers 405 with `Allow` to every method that the path does not have. HEAD goes with GET. */
export function refuseOtherMethods(
  app: FastifyInstance,
  url: string,
  allowed: readonly HTTPMethods[],
): void {
  const had = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed
  app.route({
    method: methods.filter((method) => !had.includes(method)),
    url,
    schema: { hide: true },
    exposeHeadRoute: false,
    handler: (_request, reply) => answerWrongMethod(reply, allowed),
  })
}

/** Sends callers from a path to its twin with or without the slash, method and body kept. */
export function redirectSlash(app: FastifyInstance, from: string, to: string): void {
  if (ignoresSlash(app)) return
  app.all(from, {
    schema: { hide: true },
    handler: (request, reply) => {
      const query = request.url.indexOf('?')
      // Relative to this server: a Host header never decides where somebody is sent (checklist I02).
      const target = `${app.prefix}${to}${query === -1 ? '' : request.url.slice(query)}`
      return reply.redirect(target, 307)
    },
  })
}

/** Whether the app takes both spellings for one path, which can't be declared twice then. */
export function ignoresSlash({ initialConfig }: FastifyInstance): boolean {
  const { routerOptions, ignoreTrailingSlash } = initialConfig
  return routerOptions?.ignoreTrailingSlash ?? ignoreTrailingSlash ?? false
}
