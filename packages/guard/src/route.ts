import type { Demands, Guard } from './guard.js'
import { assertMaxAge, assertScopes } from './scopes.js'

/** What an adapter may be told beside scopes, ahead of them. */
export interface RouteOptions extends Demands {
  /**
   * Who answers a refusal: the adapter itself (`answer`, the default), or the app's own error handler,
   * which it reaches as an error with `status`, `headers` and `problem` (`throw`).
   */
  readonly refusals?: 'answer' | 'throw' | undefined
}

/** The scopes that a route asks for, and ahead of them its options, if it has any. */
export type Asked<Scope extends string> =
  | readonly Scope[]
  | readonly [options: RouteOptions, ...scopes: Scope[]]

/** What a route asks of its callers. */
export interface Route<Scope extends string> {
  readonly scopes: readonly Scope[]
  readonly demands: Demands
  /** Whether the adapter leaves refusals to the app's error handler. */
  readonly throws: boolean
}

/** @throws TypeError for scopes that are none or not known to the guard, and for wrong options */
export function routeOf<Scope extends string>(
  guard: Guard<Scope>,
  asked: Asked<Scope>,
): Route<Scope> {
  const { options, scopes } = parted(asked)
  const { maxAge, refusals = 'answer', ...unknown } = options
  const [name] = Object.keys(unknown)
  if (name !== undefined) throw new TypeError(`a route has no option ${name}`)
  if (refusals !== 'answer' && refusals !== 'throw') {
    throw new TypeError("refusals is 'answer' or 'throw'")
  }
  if (maxAge !== undefined) assertMaxAge(maxAge)
  assertScopes(scopes, guard.scopes)
  return { scopes, demands: { maxAge }, throws: refusals === 'throw' }
}

/** Tells one of two continuations how a guard decided: at once if it did so at once. */
export function settle<Caller>(
  decide: () => Caller | Promise<Caller>,
  admit: (caller: Caller) => void,
  refuse: (reason: unknown) => void,
): void {
  let caller: Caller | Promise<Caller>
  try {
    caller = decide()
  } catch (error) {
    refuse(error)
    return
  }
  if (caller instanceof Promise) caller.then(admit, refuse)
  else admit(caller)
}

function parted<Scope extends string>(
  asked: Asked<Scope>,
): { options: RouteOptions; scopes: readonly Scope[] } {
  const [first] = asked
  return typeof first === 'object' && first !== null
    ? { options: first, scopes: asked.slice(1) as readonly Scope[] }
    : { options: {}, scopes: asked as readonly Scope[] }
}
