/** Apps that take a web `Request`, made of the web platform alone. */

import { Hono } from 'hono'
import { optional, requires } from '../src/hono.js'
import type { Checked, Principal } from '../src/index.js'
import { type Guards, greeting } from './cases.js'

export type WebApp = (request: Request) => Promise<Response>

/** As in a route handler of Next.js, or a Worker: the guard as it is. */
export function plainApp({ guard, unsure }: Guards): WebApp {
  const routes: Record<string, (request: Request) => Promise<Checked<Principal | undefined>>> = {
    '/items': (request) => guard.check(request, ['items:read']),
    '/admin': (request) => guard.check(request, ['admin']),
    '/recent': (request) => guard.check(request, [], { maxAge: 300 }),
    '/open': (request) => guard.checkOptional(request),
    '/unsure': (request) => unsure.check(request),
  }
  return async (request) => {
    const checked = await routes[new URL(request.url).pathname]?.(request)
    if (checked === undefined) return new Response('not found', { status: 404 })
    return checked.refusal ?? new Response(greeting(checked.principal))
  }
}

export function honoApp({ guard, unsure }: Guards): Hono {
  const app = new Hono()
  app.get('/items', requires(guard, 'items:read'), (c) => c.text(greeting(c.var.principal)))
  app.get('/admin', requires(guard, 'admin'), (c) => c.text(greeting(c.get('principal'))))
  app.get('/recent', requires(guard, { maxAge: 300 }), (c) => c.text(greeting(c.var.principal)))
  app.get('/open', optional(guard), (c) => c.text(greeting(c.var.principal)))
  app.get('/unsure', requires(unsure), (c) => c.text(greeting(c.var.principal)))
  return app
}
