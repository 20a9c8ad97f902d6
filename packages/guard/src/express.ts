import type { RequestHandler } from 'express'
import { authorizationHeaders } from './bearer.js'
import type { Guard } from './guard.js'
import type { Principal } from './principal.js'
import { Refusal } from './refusal.js'
import { type Asked, type Route, routeOf, settle } from './route.js'
import { turnAway } from './server-response.js'

export type { Asked, RouteOptions } from './route.js'

declare global {
  namespace Express {
    interface Request {
      /** Who is calling; set behind `requires`. */
      principal: Principal
      /** Who is calling, if anybody says so; set behind `optional`. */
      caller: Principal | undefined
    }
  }
}

/**
 * Middleware for Express 4 and 5 that lets pass who has a token that `guard` takes, with all of the
 * scopes that it is given.
 *
 * ```ts
 * app.get('/items', requires(guard, 'items:read'), (req, res) => res.json(itemsOf(req.principal.subject)))
 * ```
 *
 * @throws TypeError for what is no scope, and for wrong options
 */
export function requires<Scope extends string>(
  guard: Guard<Scope>,
  ...asked: Asked<NoInfer<Scope>>
): RequestHandler {
  const route = routeOf(guard, asked)
  return middleware(
    route,
    (authorization) => guard.authenticate(authorization, route.scopes, route.demands),
    (request, principal) => {
      request.principal = principal
    },
  )
}

/** The same for a route that is open to all: `req.caller` is `undefined` without bearer credentials. */
export function optional<Scope extends string>(
  guard: Guard<Scope>,
  ...asked: Asked<NoInfer<Scope>>
): RequestHandler {
  const route = routeOf(guard, asked)
  return middleware(
    route,
    (authorization) => guard.authenticateOptional(authorization, route.scopes, route.demands),
    (request, caller) => {
      request.caller = caller
    },
  )
}

function middleware<Caller>(
  { throws }: Route<string>,
  decide: (authorization: readonly string[]) => Caller | Promise<Caller>,
  assign: (request: Express.Request, caller: Caller) => void,
): RequestHandler {
  return (request, response, next) =>
    settle(
      () => decide(authorizationHeaders(request.rawHeaders)),
      (caller) => {
        assign(request, caller)
        next()
      },
      (reason) => {
        if (!throws && reason instanceof Refusal) turnAway(response, reason)
        else next(reason)
      },
    )
}
