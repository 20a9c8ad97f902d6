import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { authorizationHeaders } from './bearer.js'
import type { Guard } from './guard.js'
import type { Principal } from './principal.js'
import { Refusal } from './refusal.js'
import { type Asked, type Route, routeOf, settle } from './route.js'

export { authorizationHeaders } from './bearer.js'
export type { Asked, RouteOptions } from './route.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling; set on routes that have `requires` as their `onRequest` hook. */
    principal: Principal
    /** Who is calling, if anybody says so; set on routes that have `optional` as their hook. */
    caller: Principal | undefined
  }
}

/**
 * An `onRequest` hook that lets pass who has a token that `guard` takes, with all of the scopes that it
 * is given.
 *
 * ```ts
 * app.get('/items', { onRequest: requires(guard, 'items:read') }, (request) => itemsOf(request.principal.subject))
 * ```
 *
 * @throws TypeError for what is no scope, and for wrong options
 */
export function requires<Scope extends string>(
  guard: Guard<Scope>,
  ...asked: Asked<NoInfer<Scope>>
): onRequestHookHandler {
  const route = routeOf(guard, asked)
  return hook(
    route,
    (authorization) => guard.authenticate(authorization, route.scopes, route.demands),
    (request, principal) => {
      request.principal = principal
    },
  )
}

/** The same for a route that is open to all: `request.caller` is `undefined` without bearer credentials. */
export function optional<Scope extends string>(
  guard: Guard<Scope>,
  ...asked: Asked<NoInfer<Scope>>
): onRequestHookHandler {
  const route = routeOf(guard, asked)
  return hook(
    route,
    (authorization) => guard.authenticateOptional(authorization, route.scopes, route.demands),
    (request, caller) => {
      request.caller = caller
    },
  )
}

function hook<Caller>(
  { throws }: Route<string>,
  decide: (authorization: readonly string[]) => Caller | Promise<Caller>,
  assign: (request: FastifyRequest, caller: Caller) => void,
): onRequestHookHandler {
  return (request, reply, done) =>
    settle(
      () => decide(authorizationHeaders(request.raw.rawHeaders)),
      (caller) => {
        assign(request, caller)
        done()
      },
      (reason) => {
        if (throws || !(reason instanceof Refusal)) return done(errorOf(reason))
        reply.code(reason.status).headers(reason.headers).send(JSON.stringify(reason.problem))
      },
    )
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
