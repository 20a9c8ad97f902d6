import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import type { Observed } from '../core/measures/instruments.js'
import type { Measures } from '../core/measures/measures.js'

/** Measures all requests to the routes of a context: by their templates, of which there are as many as routes. */
export function measureRequests(app: FastifyInstance, { requests }: Measures): void {
  const measured = (route: string): onResponseHookHandler => {
    const known = new Map<string, Observed[]>()
    return ({ method }, reply, done) => {
      const status = Math.floor(reply.statusCode / 100)
      const byStatus = known.get(method) ?? []
      if (byStatus.length === 0) known.set(method, byStatus)
      byStatus[status] ??= requests.of({ method, route, status: `${status}xx` })
      byStatus[status].observe(reply.elapsedTime / 1000)
      done()
    }
  }
  // Each route has its own: to ask a request for its route takes longer than the rest.
  app.addHook('onRoute', (route) => {
    route.onResponse = [measured(route.url), route.onResponse ?? []].flat()
  })
}
