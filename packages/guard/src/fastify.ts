import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { authorizationHeaders } from './bearer.js'
import type { Guard } from './guard.js'
import type { Principal } from './principal.js'
import { Refusal } from './refusal.js'
import { assertScopes } from './scopes.js'

export { authorizationHeaders } from './bearer.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is calling; set on routes that have `requires` as their `onRequest` hook. */
    principal: Principal
  }
}

/**
 * An `onRequest` hook that lets pass who has a token that `guard` takes, with all of `scopes`.
 * It answers refusals itself, so that an app's own error handler need not know them.
 *
 * @throws TypeError for what is no scope
 */
export function requires<Scope extends string>(
  guard: Guard<Scope>,
  ...scopes: readonly NoInfer<Scope>[]
): onRequestHookHandler {
  assertScopes(scopes, guard.scopes)
  return (request, reply, done) => {
    let principal: Principal | Promise<Principal>
    try {
      principal = guard.authenticate(authorizationHeaders(request.raw.rawHeaders), scopes)
    } catch (error) {
      return turnAway(error, reply, done)
    }
    if (!(principal instanceof Promise)) return admit(principal, request, done)
    principal.then(
      (who) => admit(who, request, done),
      (error: unknown) => turnAway(error, reply, done),
    )
  }
}

type Done = (error?: Error) => void

function admit(principal: Principal, request: FastifyRequest, done: Done): void {
  request.principal = principal
  done()
}

function turnAway(error: unknown, reply: FastifyReply, done: Done): void {
  if (error instanceof Refusal) {
    reply.code(error.status).headers(error.headers).send(JSON.stringify(error.problem))
  } else {
    done(error instanceof Error ? error : new Error(String(error)))
  }
}
