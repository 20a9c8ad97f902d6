import type { IncomingMessage, ServerResponse } from 'node:http'
import { authorizationHeaders } from './bearer.js'
import type { Guard } from './guard.js'
import type { Principal } from './principal.js'
import { Refusal } from './refusal.js'
import { type Asked, type Route, routeOf } from './route.js'
import { turnAway } from './server-response.js'

export type { Asked, RouteOptions } from './route.js'

/** A listener of Node's `http` server that is told who is calling. */
export type GuardedListener<Caller> = (
  request: IncomingMessage,
  response: ServerResponse,
  principal: Caller,
) => unknown

/** A listener for `http.createServer`; its promise rejects with what is not answered. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Wraps a listener, so that it hears only of those who have a token that `guard` takes, with all of
 * the scopes that it is given.
 *
 * ```ts
 * const items = requires(guard, 'items:read')((request, response, principal) => {
 *   response.end(JSON.stringify(itemsOf(principal.subject)))
 * })
 * http.createServer(items).listen(9000)
 * ```
 *
 * @throws TypeError for what is no scope, and for wrong options
 */
export function requires<Scope extends string>(
  guard: Guard<Scope>,
  ...asked: Asked<NoInfer<Scope>>
): (listener: GuardedListener<Principal<Scope>>) => Listener {
  const route = routeOf(guard, asked)
  return guarded(route, (authorization) =>
    guard.authenticate(authorization, route.scopes, route.demands),
  )
}

/** The same for a listener that is open to all: the principal is `undefined` without bearer credentials. */
export function optional<Scope extends string>(
  guard: Guard<Scope>,
  ...asked: Asked<NoInfer<Scope>>
): (listener: GuardedListener<Principal<Scope> | undefined>) => Listener {
  const route = routeOf(guard, asked)
  return guarded(route, (authorization) =>
    guard.authenticateOptional(authorization, route.scopes, route.demands),
  )
}

function guarded<Caller>(
  { throws }: Route<string>,
  decide: (authorization: readonly string[]) => Caller | Promise<Caller>,
): (listener: GuardedListener<Caller>) => Listener {
  return (listener) => async (request, response) => {
    let caller: Caller
    try {
      caller = await decide(authorizationHeaders(request.rawHeaders))
    } catch (error) {
      if (throws || !(error instanceof Refusal)) throw error
      return turnAway(response, error)
    }
    await listener(request, response, caller)
  }
}
