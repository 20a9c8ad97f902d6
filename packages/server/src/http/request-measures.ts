import type { FastifyInstance } from 'fastify'
import type { Measures } from '../core/measures/measures.js'

/** Measures all requests to the routes of a context: by their templates, of which there are as many as routes. */
export function measureRequests(app: FastifyInstance, measures: Measures): void {
  app.addHook('onResponse', (request, reply, done) => {
    const labels = {
      method: methods.has(request.method) ? request.method : 'other',
      route: request.routeOptions.url ?? 'none',
      status: `${Math.floor(reply.statusCode / 100)}xx`,
    }
    measures.requests.observe(labels, reply.elapsedTime / 1000)
    done()
  })
}

/** A caller may make up others. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
