import type { Context, MiddlewareHandler } from 'hono'
import { authorizationOf } from './bearer.js'
import type { Guard } from './guard.js'
import type { Principal } from './principal.js'
import { Refusal } from './refusal.js'
import { type Asked, type Route, routeOf } from './route.js'

export type { Asked, RouteOptions } from './route.js'

/** What `c.get('principal')` and `c.var.principal` answer behind this middleware. */
export type Guarded<Caller> = { Variables: { principal: Caller } }

/**
 * Middleware that lets pass who has a token that `guard` takes, with all of the scopes that it is
 * given.
 *
 * ```ts
 * app.get('/items', requires(guard, 'items:read'), (c) => c.json(itemsOf(c.var.principal.subject)))
 * ```
 *
 * @throws TypeError for what is no scope, and for wrong options
 */
export function requires<Scope extends string>(
  guard: Guard<Scope>,
  ...asked: Asked<NoInfer<Scope>>
): MiddlewareHandler<Guarded<Principal<Scope>>> {
  const route = routeOf(guard, asked)
  return middleware(route, (authorization) =>
    guard.authenticate(authorization, route.scopes, route.demands),
  )
}

/** The same for a route that is open to all: the principal is `undefined` without bearer credentials. */
export function optional<Scope extends string>(
  guard: Guard<Scope>,
  ...asked: Asked<NoInfer<Scope>>
): MiddlewareHandler<Guarded<Principal<Scope> | undefined>> {
  const route = routeOf(guard, asked)
  return middleware(route, (authorization) =>
    guard.authenticateOptional(authorization, route.scopes, route.demands),
  )
}

function middleware<Caller>(
  { throws }: Route<string>,
  decide: (authorization: readonly string[]) => Caller | Promise<Caller>,
): MiddlewareHandler<Guarded<Caller>> {
  return async (context, next) => {
    let caller: Caller
    try {
      caller = await decide(authorizationOf(context.req.raw))
    } catch (error) {
      if (throws || !(error instanceof Refusal)) throw error
      return answer(context, error)
    }
    context.set('principal', caller)
    return next()
  }
}

/** By the context, which adds the headers that other middleware has set. */
function answer(context: Context, refusal: Refusal): Response {
  const response = refusal.getResponse()
  return context.newResponse(response.body, response)
}
